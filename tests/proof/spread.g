# The moments in float32 (spread.h): d = l - center is off by a factor 1 + u, so
# its square is by 1 + 2 u, and by 1 + 3 u where it is rounded. How far their
# sums are off is the rule of sums.g.
@rnd = float<ieee_32,ne>;
d = rnd(dd);
---
{ |D| in [0x1p-60,0x1p60] /\ d -/ D in [-0x1p-24,0x1p-24]
  -> (d * d) -/ (D * D) in [-{claim 1.1921e-7},{claim 1.1921e-7}] }
---
{ |D| in [0x1p-60,0x1p60] /\ d -/ D in [-0x1p-24,0x1p-24]
  /\ |d * d| in [0x1p-124,0x1p124]
  -> rnd(d * d) -/ (D * D) in [-{claim 1.7882e-7},{claim 1.7882e-7}] }
