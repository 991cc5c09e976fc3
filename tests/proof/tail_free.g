# The order of weights (mass.h, kWeightRise): Exp is off by less than 0.45 of a
# unit of 2^-51, so of two logits the larger one's weight is at most one unit
# less, an integer below 2; 2 are allowed for.
#
# tail_free.cc: with N candidates left, the absolute changes of weight sum to at
# most w + 2 r N, r = kWeightRise, w the weight that they start from. By
# induction on N: the next weight is w + D, D <= r. A fall takes from w what it
# adds; a rise adds D, and lets the rest be D more.
@nearest = fixed<0,ne>;
w1 = nearest(v1); w2 = nearest(v2);
---
{ |v1 - V1| <= 0.45 /\ |v2 - V2| <= 0.45 /\ V1 - V2 in [-0x1p51,0]
  -> w1 - w2 <= {claim 1} }
w1 - w2 -> (w1 - v1) + (v1 - V1) + (V1 - V2) - (v2 - V2) - (w2 - v2);
---
# A rise: D + (w + D) + 2 r N <= w + 2 r (N + 1).
{ D in [0,{kWeightRise}] /\ w in [0,0x1p51] /\ N in [0,0x1p20]
  -> (D + ((w + D) + 2 * {kWeightRise} * N))
     - (w + 2 * {kWeightRise} * (N + 1)) <= 0 }
(D + ((w + D) + 2 * {kWeightRise} * N)) - (w + 2 * {kWeightRise} * (N + 1))
  -> 2 * D - 2 * {kWeightRise};
---
# A fall, F = -D: F + (w - F) + 2 r N <= w + 2 r (N + 1).
{ F in [0,0x1p51] /\ w in [0,0x1p51] /\ N in [0,0x1p20]
  -> (F + ((w - F) + 2 * {kWeightRise} * N))
     - (w + 2 * {kWeightRise} * (N + 1)) <= 0 }
(F + ((w - F) + 2 * {kWeightRise} * N)) - (w + 2 * {kWeightRise} * (N + 1))
  -> 0 - 2 * {kWeightRise};
---
# The bound of all unknown second differences, 2 w + 4 r N, and what 2^20 known
# ones sum to, fit 64 bits.
{ w in [0,0x1p51] /\ N in [0,0x1p20]
  -> 4 * w + 8 * {kWeightRise} * N <= {claim 9.01e15} }
