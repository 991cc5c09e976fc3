# Exp2: of x = k + d, k an integer and |d| <= 1/2, Exp gets d ln 2, with ln 2 as
# a double and one rounding. What that is off by is what 2^d is off by, relative,
# beside Exp itself; k is taken from x exactly, and multiplies exactly.
@rnd = float<ieee_64,ne>;
@whole = fixed<0,ne>;
d = rnd(dd);
a = rnd(d * {kLn2});
k = whole(x);
---
{ |d| <= 0.5 /\ |{kLn2} - ln2| <= 2.4e-17 -> |a - d * ln2| <= {claim 4e-17} }
a - d * ln2 -> (a - d * {kLn2}) + d * ({kLn2} - ln2);
---
{ @FIX(x,-52) /\ @FLT(x,53) /\ |x| in [0.5,1075]
  -> |x - k| <= {claim 0.5} }
