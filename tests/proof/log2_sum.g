# Log2: e + log m * log2 e, against 2^-50 = 8.88e-16 relative; for e = 0 the
# product alone. LM and lm as in log_sum.g; I is log2 e.
@rnd = float<ieee_64,ne>;
i = {kLog2E};
p = rnd(lm * i);
s = e + p;
l = rnd(s);
L = e + LM * I;
---
{ @FIX(e,0) /\ e in [1,1075] /\ LM in [-0.34658,0.34658]
  /\ |lm - LM| <= 1.2e-16 /\ |i - I| <= 2.1e-17
  -> |l - L| / L <= {claim 6.2e-16} }
l - L -> (l - s) + (p - lm * i) + (lm - LM) * i + LM * (i - I);
$ LM in 16;
---
{ |LM| in [0x1p-60,0.34658] /\ |lm| in [0x1p-61,0.3466]
  /\ lm -/ LM in [-3.46e-16,3.46e-16] /\ i -/ I in [-1.5e-17,1.5e-17]
  -> p -/ (LM * I) in [-{claim 4.8e-16},{claim 4.8e-16}] }
