# A term of a softmax in double (softmax_term.h): the exponential of what is
# left, less 1, as it is evaluated against the same without a rounding; and the
# term made of it, P the power of the table.
@rnd = float<ieee_64,ne>;
r = rnd(rr); P = rnd(PP); v = rnd(vv);
q4 = rnd(rnd({kTermCoefficients[5]} * r) + {kTermCoefficients[4]});
q3 = rnd(rnd(q4 * r) + {kTermCoefficients[3]});
q2 = rnd(rnd(q3 * r) + {kTermCoefficients[2]});
q1 = rnd(rnd(q2 * r) + {kTermCoefficients[1]});
q  = rnd(rnd(q1 * r) + {kTermCoefficients[0]});
e  = rnd(r + rnd(rnd(r * r) * q));
s4 = {kTermCoefficients[5]} * r + {kTermCoefficients[4]};
s3 = s4 * r + {kTermCoefficients[3]};
s2 = s3 * r + {kTermCoefficients[2]};
s1 = s2 * r + {kTermCoefficients[1]};
s  = s1 * r + {kTermCoefficients[0]};
E  = r + (r * r) * s;
p = rnd(P * v);
t = rnd(P + p);
T = P + P * V;
---
{ r in [-0.0434,0.0434] -> |e - E| <= {claim 4.5e-18} }
$ r in 32;
---
# The power 1, which is exact,
{ P in [1,1] /\ |v| <= 0.0445 /\ |v - V| <= 4.5e-18
  -> |t - T| / T <= {claim 1.25e-16} }
t - T -> (t - (P + p)) + (p - P * v) + P * (v - V);
$ v in (0);
---
# and others.
{ P in [1.09,2] /\ |v| <= 0.0445 /\ |v - V| <= 4.5e-18
  -> |t - T| / T <= {claim 1.23e-16} }
t - T -> (t - (P + p)) + (p - P * v) + P * (v - V);
$ P in 16, v in 16;
---
# What is left of the argument: n eighths of ln 2 are exact, so is taking them
# away, and the tail's rounding and the last subtraction's remain.
t1 = rnd(n * ({kLn2Head} * 0.125));
u1 = rnd(x - t1);
t2 = rnd(n * ({kLn2Tail} * 0.125));
r1 = rnd(u1 - t2);
U = x - n * ({kLn2Head} * 0.125);
R = U - n * ({kLn2Tail} * 0.125);
{ @FIX(n,0) /\ |n| in [1,8172] /\ @FIX(x,-57) /\ |x| in [0.03,709]
  /\ U in [-0.0434,0.0434]
  -> t1 - n * ({kLn2Head} * 0.125) in [0,0] /\ u1 - U in [0,0]
     /\ |r1 - R| <= {claim 3.6e-18} }
