# Exp, its argument: x = k ln 2 + r. k times the head of ln 2 is exact, so is
# taking it from x; what is left of r's error is that of the tail.
@rnd = float<ieee_64,ne>;
head = {kLn2Head}; tail = {kLn2Tail};
t1 = rnd(k * head); u = rnd(x - t1); t2 = rnd(k * tail); r = rnd(u - t2);
U = x - k * head; R = U - k * tail;
{ @FIX(k,0) /\ |k| in [1,1075] /\ @FIX(x,-54) /\ |x| in [0.25,746]
  /\ U in [-0.34664,0.34664]
  -> t1 - k * head in [0,0] /\ u - U in [0,0] /\ |r - R| <= {claim 2.776e-17} }
