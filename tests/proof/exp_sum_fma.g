# A term of the float32 sums with a fused multiply-add: the polynomial for
# 2^f as it is evaluated, against itself without a rounding. In units of u =
# 2^-24; exp_sum_polynomials.sollya adds 0.061 u.
@rnd = float<ieee_32,ne>;
f = rnd(ff);
p5 = rnd({kCoefficients[0]} * f + {kCoefficients[1]});
p4 = rnd(p5 * f + {kCoefficients[2]});
p3 = rnd(p4 * f + {kCoefficients[3]});
p2 = rnd(p3 * f + {kCoefficients[4]});
p1 = rnd(p2 * f + {kCoefficients[5]});
p  = rnd(p1 * f + 1);
s5 = {kCoefficients[0]} * f + {kCoefficients[1]};
s4 = s5 * f + {kCoefficients[2]};
s3 = s4 * f + {kCoefficients[3]};
s2 = s3 * f + {kCoefficients[4]};
s1 = s2 * f + {kCoefficients[5]};
S  = s1 * f + 1;
{ f in [-0.50002,0.50002] -> |(p - S) / S| <= {claim 6.675720e-08} }
$ f in 256;
