# The argument of a float32 term, steps 1 and 2 of exp_sum.h: y = x log2 e = n +
# f, n an integer (or a multiple of 1/16). H and T are the two parts of scale *
# log2 e; adding and subtracting 1.5 * 2^23 (1.5 * 2^19) rounds to n. |y| <= 122,
# so that |d T| <= 2^-24 * 122 = 7.3e-6. u = 2^-24 = 5.96e-8, and numbers below
# 1/2 are rounded by u/4 at most.
@rnd = float<ieee_32,ne>;
@wide = float<ieee_64,ne>;
d = rnd(dd); l = rnd(ll); c = rnd(cc); H = rnd(HH); T = rnd(TT); K = rnd(KK);
---
# Step 1: d is one subtraction, off by a factor 1 + u.
{ |l - c| in [0x1p-100,0x1p60]
  -> rnd(l - c) -/ (l - c) in [-{claim 5.9605e-8},{claim 5.9605e-8}] }
---
# The two parts of a factor are good to 2^-48; powers of 2 change nothing.
F = wide(FF);
h = rnd(F);
t = rnd(F - h);
{ F in [1,2]
  -> |(h + t) - F| <= {claim 1.7764e-15} /\ |t| <= {claim 5.9605e-8} }
(h + t) - F -> t - (F - h);
t -> (t - (F - h)) + (F - h);
---
# With FMA: f by two roundings. And so little above 1/2 may it lie.
m = d * H + 12582912;
n = rnd(m) - 12582912;
r = d * H - n;
f0 = rnd(r);
s = d * T + f0;
f = rnd(s);
{ |d * H| <= 122 /\ |d * T| <= 7.3e-6
  -> |f - (d * T + r)| <= {claim 5.9605e-8} /\ |f| <= 0.50002 }
r -> m - rnd(m);
f - (d * T + r) -> (f - s) + (f0 - r);
---
# Without: the product p is rounded (another u of y), n is taken from it
# exactly, and the second product t is added. For |p| < 1/2 n is 0, and f is
# rnd(p + t).
p = rnd(pp);
t = rnd(tt);
m = p + 12582912;
n = rnd(m) - 12582912;
r = p - n;
f0 = rnd(r);
s = t + f0;
f = rnd(s);
{ |p| in [0.5,122] /\ |t| <= 7.3e-6
  -> f0 - r in [0,0] /\ |f - (t + r)| <= {claim 2.981e-8} /\ |f| <= 0.50002 }
r -> m - rnd(m);
f - (t + r) -> (f - s) + (f0 - r);
---
# The center folded into the product: y = l H - K is off by a factor 1 + u,
{ |l * H - K| in [0x1p-100,122]
  -> rnd(l * H - K) -/ (l * H - K) in [-{claim 5.9605e-8},{claim 5.9605e-8}] }
---
# and n and f are taken from y exactly. For |y| < 1/2 n is 0, and f is y.
y = rnd(yy);
m = y + 12582912;
n = rnd(m) - 12582912;
r = y - n;
{ |y| in [0.5,122]
  -> rnd(n) - n in [0,0] /\ rnd(r) - r in [0,0] /\ |r| <= {claim 0.5} }
r -> m - rnd(m);
---
# Steps of 1/16, without the second part: f by one rounding of 2^-30.
m = d * H + 786432;
n = rnd(m) - 786432;
r = d * H - n;
f = rnd(r);
{ |d * H| <= 122 -> |f - r| <= {claim 0x1p-30} /\ |r| <= {claim 0x1p-5} }
r -> m - rnd(m);
