# Pending factors (sum_error.h, deviation_bounds.cc): each rounds the product
# of a logit, and the product of all factors, by 2^-53 once more. A number off by
# a factor 1 + E, E <= 2^-40, is then off by E + 1.01 * 2^-53.
@rnd = float<ieee_64,ne>;
v = rnd(vv); s = rnd(ss);
{ |v * s| in [0x1p-1000,0x1p1000] /\ |e| <= 0x1p-40 /\ |r| <= 0x1p-53
  -> rnd(v * s) -/ (v * s) in [-{claim 1.11023e-16},{claim 1.11023e-16}]
     /\ (e + r + e * r) - e in [-{claim 1.1103e-16},{claim 1.1103e-16}] }
(e + r + e * r) - e -> r * (1 + e);
