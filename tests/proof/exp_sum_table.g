# A term of the float32 sums by the table of 2^(i/16): P stands for the power,
# good to u by the table's rounding (which is not counted here); below 1.30 u.
@rnd = float<ieee_32,ne>;
f = rnd(ff); P = rnd(PP);
q1 = rnd({kTable[0]} * f + {kTable[1]});
q0 = rnd(q1 * f + {kTable[2]});
g  = rnd(q0 * f);
t  = rnd(g * P + P);
s1 = {kTable[0]} * f + {kTable[1]};
s0 = s1 * f + {kTable[2]};
T  = (1 + s0 * f) * P;
G = s0 * f;
{ f in [-0.03126,0.03126] /\ P in [1,2] -> |(t - T) / T| <= {claim 7.749e-8} }
(t - T)/T -> ((t - (g*P+P))/(g*P+P) * (g*P+P) + (g - G) * P) / T { P <> 0, T <> 0, (g*P+P) <> 0 };
$ f in 32, P in 4;
