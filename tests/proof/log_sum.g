# Log, exponent and mantissa: e ln 2 + log m, ln 2 in two parts, |log m| <=
# ln(2) / 2. For e = 0 it is log m as it stands (log_evaluation.g). Rounding to
# nearest is the same for both signs, so e is positive here. LM is the exact log
# m and lm the computed one. All is relative, against 2^-51 = 4.44e-16.
@rnd = float<ieee_64,ne>;
t1 = rnd(e * {kLn2Head});
t2 = rnd(e * {kLn2Tail});
b = t2 + lm;
i = rnd(b);
s = t1 + i;
l = rnd(s);
L = e * {kLn2Head} + (e * {kLn2Tail} + LM);
# e = 1.
b1 = {kLn2Tail} + lm;
i1 = rnd(b1);
s1 = {kLn2Head} + i1;
l1 = rnd(s1);
L1 = {kLn2Head} + ({kLn2Tail} + LM);
---
{ @FIX(e,0) /\ e in [2,1075] /\ |LM| <= 0.34658 /\ |lm - LM| <= 1.2e-16
  -> t1 - e * {kLn2Head} in [0,0] /\ |l - L| / L <= {claim 3e-16} }
l - L -> (l - s) + (i - b) + (t2 - e * {kLn2Tail}) + (lm - LM);
---
# Where the two nearly cancel, log m is known better.
{ LM in [-0.34658,-0.25] /\ |lm - LM| <= 9.6e-17
  -> |l1 - L1| / L1 <= {claim 4.43e-16} }
l1 - L1 -> (l1 - s1) + (i1 - b1) + (lm - LM);
$ LM in 8;
---
# 3.46e-16 of 1/4, and of 0.34658.
{ LM in [-0.25,-0.125] /\ |lm - LM| <= 8.66e-17
  -> |l1 - L1| / L1 <= {claim 3.5e-16} }
l1 - L1 -> (l1 - s1) + (i1 - b1) + (lm - LM);
$ LM in 8;
---
{ LM in [-0.125,0.34658] /\ |lm - LM| <= 1.2e-16
  -> |l1 - L1| / L1 <= {claim 4e-16} }
l1 - L1 -> (l1 - s1) + (i1 - b1) + (lm - LM);
$ LM in 8;
