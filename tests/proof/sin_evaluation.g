# CosPi for 1/4 < f <= 1/2: the sine of d pi, d = 1/2 - f (exact), as it is
# evaluated, against the same without a rounding and with pi. Absolute.
@rnd = float<ieee_64,ne>;
d = rnd(dd);
y = rnd(d * {kPi});
z = rnd(y * y);
q6 = {kSinCoefficients[6]};
q5 = rnd(rnd(q6 * z) + {kSinCoefficients[5]});
q4 = rnd(rnd(q5 * z) + {kSinCoefficients[4]});
q3 = rnd(rnd(q4 * z) + {kSinCoefficients[3]});
q2 = rnd(rnd(q3 * z) + {kSinCoefficients[2]});
q1 = rnd(rnd(q2 * z) + {kSinCoefficients[1]});
q  = rnd(rnd(q1 * z) + {kSinCoefficients[0]});
s  = rnd(y + rnd(rnd(y * z) * q));
Y = d * pi;
Z = Y * Y;
Q5 = q6 * Z + {kSinCoefficients[5]};
Q4 = Q5 * Z + {kSinCoefficients[4]};
Q3 = Q4 * Z + {kSinCoefficients[3]};
Q2 = Q3 * Z + {kSinCoefficients[2]};
Q1 = Q2 * Z + {kSinCoefficients[1]};
Q  = Q1 * Z + {kSinCoefficients[0]};
S  = Y + (Y * Z) * Q;
{ d in [0,0.25] /\ |{kPi} - pi| <= 1.2247e-16 -> |s - S| <= {claim 2.1e-16} }
$ d in 16;
