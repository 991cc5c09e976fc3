# Pow: the argument of Exp, exponent * Log(base), is off by the logarithm's
# 2^-51 and one rounding; claims.sollya makes the claim of it.
@rnd = float<ieee_64,ne>;
l = rnd(ll);
x = rnd(xx);
y = rnd(x * l);
{ |x| in [0x1p-900,0x1p900] /\ |l| in [0x1p-60,746] /\ |L| in [0x1p-60,746]
  /\ l -/ L in [-0x1p-51,0x1p-51] /\ |x * L| in [0x1p-60,746]
  -> y -/ (x * L) in [-{claim 5.56e-16},{claim 5.56e-16}] }
