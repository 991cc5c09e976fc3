# The argument of a float32 term, step 1 of the sums: d = l - center is one
# subtraction, off by a factor 1 + u.
@rnd = float<ieee_32,ne>;
l = rnd(ll); c = rnd(cc);
d = rnd(l - c);
{ |l - c| in [0x1p-100,0x1p60] -> |(d - (l - c)) / (l - c)| <= 5.9605e-8 }
