# Exp, what is left of its argument: k is the integer nearest to x log2 e as
# computed, so |x - k ln 2| is hardly above ln(2) / 2 = 0.346574. This is the
# range that exp_reduction.g, exp_evaluation.g and exp_polynomial.sollya take.
@rnd = float<ieee_64,ne>;
@whole = fixed<0,ne>;
p = rnd(x * {kLog2E});
k = whole(p);
U = x - k * {kLn2Head};
{ |x| <= 746 -> |U| <= {claim 0.34664} }
U -> x * (1 - {kLog2E} * {kLn2Head}) - (p - x * {kLog2E}) * {kLn2Head}
     - (k - p) * {kLn2Head};
