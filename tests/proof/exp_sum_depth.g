# Step 5 of the float32 sums: positive terms that are added in a chain of four
# and then in two levels, the order of one vector lane and its running sums. Six
# additions: each sum is off by at most 6 u, and a chain adds u for each more.
@rnd = float<ieee_32,ne>;
a = rnd(aa); b = rnd(bb); c = rnd(cc); d = rnd(dd); e = rnd(ee);
p1 = rnd(a + b); p2 = rnd(p1 + c); p3 = rnd(p2 + d); p4 = rnd(p3 + e);
P1 = a + b; P2 = P1 + c; P3 = P2 + d; P4 = P3 + e;
v = rnd(p4 + w); V = P4 + W;
x = rnd(v + y); X = V + Y;
{ a in [0x1p-120,1] /\ b in [0x1p-120,1] /\ c in [0x1p-120,1]
  /\ d in [0x1p-120,1] /\ e in [0x1p-120,1]
  /\ W in [0x1p-120,8] /\ w -/ W in [-2.3842e-7,2.3842e-7]
  /\ Y in [0x1p-120,16] /\ y -/ Y in [-2.9803e-7,2.9803e-7]
  -> p4 -/ P4 in [-2.3842e-7,2.3842e-7] /\ v -/ V in [-2.9803e-7,2.9803e-7]
     /\ x -/ X in [-3.577e-7,3.577e-7] }
