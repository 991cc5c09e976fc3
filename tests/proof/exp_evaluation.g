# Exp, its polynomial as it is evaluated in double, against the same polynomial
# without a rounding.
@rnd = float<ieee_64,ne>;
r = rnd(rr);
q9 = {kExpCoefficients[9]};
q8 = rnd(rnd(q9 * r) + {kExpCoefficients[8]});
q7 = rnd(rnd(q8 * r) + {kExpCoefficients[7]});
q6 = rnd(rnd(q7 * r) + {kExpCoefficients[6]});
q5 = rnd(rnd(q6 * r) + {kExpCoefficients[5]});
q4 = rnd(rnd(q5 * r) + {kExpCoefficients[4]});
q3 = rnd(rnd(q4 * r) + {kExpCoefficients[3]});
q2 = rnd(rnd(q3 * r) + {kExpCoefficients[2]});
q1 = rnd(rnd(q2 * r) + {kExpCoefficients[1]});
q0 = rnd(rnd(q1 * r) + {kExpCoefficients[0]});
m  = rnd(1 + rnd(r + rnd(rnd(r * r) * q0)));
s8 = q9 * r + {kExpCoefficients[8]};
s7 = s8 * r + {kExpCoefficients[7]};
s6 = s7 * r + {kExpCoefficients[6]};
s5 = s6 * r + {kExpCoefficients[5]};
s4 = s5 * r + {kExpCoefficients[4]};
s3 = s4 * r + {kExpCoefficients[3]};
s2 = s3 * r + {kExpCoefficients[2]};
s1 = s2 * r + {kExpCoefficients[1]};
s0 = s1 * r + {kExpCoefficients[0]};
M  = 1 + (r + (r * r) * s0);
# 1.35e-16 is 0.61 * 2^-52.
{ r in [-0.34664,0.34664] -> |m - M| - {claim 1.35e-16} * M <= 0 }
$ r in 64;
