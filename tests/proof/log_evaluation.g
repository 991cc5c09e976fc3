# Log, of a mantissa: f = m - 1 is exact, s = f / (2 + f), z = s^2, and the
# result 2 s + s z q(z), against the same without a rounding: below 3.45e-16,
# that is 0.78 * 2^-51, relative; and below 9.5e-17 where the logarithm lies
# beyond 1/4, which log_sum.g asks for.
@rnd = float<ieee_64,ne>;
f = rnd(ff);
t = rnd(2 + f);
s = rnd(f / t);
z = rnd(s * s);
c8 = {kLogCoefficients[8]};
q7 = rnd(rnd(c8 * z) + {kLogCoefficients[7]});
q6 = rnd(rnd(q7 * z) + {kLogCoefficients[6]});
q5 = rnd(rnd(q6 * z) + {kLogCoefficients[5]});
q4 = rnd(rnd(q5 * z) + {kLogCoefficients[4]});
q3 = rnd(rnd(q4 * z) + {kLogCoefficients[3]});
q2 = rnd(rnd(q3 * z) + {kLogCoefficients[2]});
q1 = rnd(rnd(q2 * z) + {kLogCoefficients[1]});
q  = rnd(rnd(q1 * z) + {kLogCoefficients[0]});
sz = rnd(s * z);
r = rnd(sz * q);
y = 2 * s + r;
l = rnd(y);
S = f / (2 + f);
Z = S * S;
Q7 = c8 * Z + {kLogCoefficients[7]};
Q6 = Q7 * Z + {kLogCoefficients[6]};
Q5 = Q6 * Z + {kLogCoefficients[5]};
Q4 = Q5 * Z + {kLogCoefficients[4]};
Q3 = Q4 * Z + {kLogCoefficients[3]};
Q2 = Q3 * Z + {kLogCoefficients[2]};
Q1 = Q2 * Z + {kLogCoefficients[1]};
Q  = Q1 * Z + {kLogCoefficients[0]};
R = (S * Z) * Q;
L = 2 * S + R;
W = 2 + Z * Q;
---
# The least f that is not 0 is 2^-53, so nothing here is near the subnormals.
{ f in [-0.29290, 0.41422] /\ |f| in [0x1p-53, 0.41422]
  /\ |S| in [0x1p-54, 0.17160] /\ |s| in [0x1p-55, 0.17161]
  /\ |sz| in [0x1p-1000, 1] /\ |y| in [0x1p-60, 1] /\ |L| in [0x1p-60, 1]
  /\ |R| in [0x1p-200, 1]
  -> l -/ L in [-{claim 3.45e-16}, {claim 3.45e-16}] }
(y - L) / L -> ((s - S) / S) * (2 / W) + ((r - R) / R) * ((Z * Q) / W)
  { W <> 0, S <> 0, R <> 0, L <> 0 };
---
{ f in [-0.29290,-0.22115] -> |l - L| <= {claim 9.5e-17} }
$ f in 32;
---
{ f in [0.28400,0.41422] -> |l - L| <= {claim 9.5e-17} }
$ f in 32;
