# The rule for sums: whatever the order, a sum of k additions in depth is off by
# at most 1.01 k u of the sum of the terms' absolute values, u = 2^-24 in float
# and 2^-53 in double. By induction on the depth: s = a + b rounded, where a and
# b are sums, off by at most E A and E B, A and B the sums of absolute values.
# E may be 2^-9, so k may be 30,000 in float.
@rnd = float<ieee_32,ne>;
@wide = float<ieee_64,ne>;
a = rnd(aa); b = rnd(bb); aw = wide(aaw); bw = wide(bbw);
---
# One addition is off by u of what is added, without an underflow.
{ |a + b| in [0x1p-149,0x1p100]
  -> rnd(a + b) -/ (a + b) in [-{claim 5.9605e-8},{claim 5.9605e-8}] }
---
{ |aw + bw| in [0x1p-1074,0x1p1000]
  -> wide(aw + bw) -/ (aw + bw)
     in [-{claim 1.11023e-16},{claim 1.11023e-16}] }
---
# The error of a + b, over E (A + B), is a mean of those of a and b, g and h,
# weighted by A / (A + B) = w.
{ w in [0,1] /\ g in [-1,1] /\ h in [-1,1]
  -> 1 - (w * g + (1 - w) * h) >= 0 /\ 1 + (w * g + (1 - w) * h) >= 0 }
1 - (w * g + (1 - w) * h) -> w * (1 - g) + (1 - w) * (1 - h);
1 + (w * g + (1 - w) * h) -> w * (1 + g) + (1 - w) * (1 + h);
---
# So s is off by at most E + 1.01 u of A + B: m is that mean, t is (a + b) over
# A + B, which is 1 + E at most, and r what it is rounded by.
{ m in [-1,1] /\ E in [0,0x1p-9] /\ |r| <= 1 /\ |t| <= 1.001953125
  -> (m * E + r * t * 0x1p-24) - E <= {claim 5.973e-8} }
(m * E + r * t * 0x1p-24) - E -> r * t * 0x1p-24 - E * (1 - m);
