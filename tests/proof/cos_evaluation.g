# CosPi for f <= 1/4: the polynomial as it is evaluated, with pi as a double,
# against the same without a rounding and with pi. Absolute; the cosine is 0.7
# at least.
@rnd = float<ieee_64,ne>;
f = rnd(ff);
y = rnd(f * {kPi});
z = rnd(y * y);
q6 = {kCosCoefficients[6]};
q5 = rnd(rnd(q6 * z) + {kCosCoefficients[5]});
q4 = rnd(rnd(q5 * z) + {kCosCoefficients[4]});
q3 = rnd(rnd(q4 * z) + {kCosCoefficients[3]});
q2 = rnd(rnd(q3 * z) + {kCosCoefficients[2]});
q1 = rnd(rnd(q2 * z) + {kCosCoefficients[1]});
q  = rnd(rnd(q1 * z) + {kCosCoefficients[0]});
c  = rnd(rnd(1 - z * 0.5) + rnd(rnd(z * z) * q));
Y = f * pi;
Z = Y * Y;
Q5 = q6 * Z + {kCosCoefficients[5]};
Q4 = Q5 * Z + {kCosCoefficients[4]};
Q3 = Q4 * Z + {kCosCoefficients[3]};
Q2 = Q3 * Z + {kCosCoefficients[2]};
Q1 = Q2 * Z + {kCosCoefficients[1]};
Q  = Q1 * Z + {kCosCoefficients[0]};
C  = (1 - Z * 0.5) + (Z * Z) * Q;
{ f in [0,0.25] /\ |{kPi} - pi| <= 1.2247e-16 -> |c - C| <= {claim 3e-16} }
$ f in 16;
