#include "sampler/stages/truncations/top_a.h"

#include <cmath>

#include "sampler/candidates/candidates.h"
#include "sampler/stages/truncations/truncation_parameters.h"

namespace sampler {
namespace {

// ceil(a * 2^102) for 0 < a <= 1: a times the square of the largest weight.
Mass OfSquaredMaximum(double a) {
  int exponent;
  const double fraction = std::frexp(a, &exponent);
  const Mass significand = static_cast<std::uint64_t>(std::ldexp(fraction, 53));
  const int shift = exponent - 53 + 102;
  if (shift >= 0) return significand << shift;
  return shift < -53 ? Mass{1} : DivideUp(significand, Mass{1} << -shift);
}

}  // namespace

StageType TopA::Type() {
  return {
      .name = "top_a",
      .group = StageGroup::kTruncate,
      .summary =
          "Keeps the tokens above a share of the squared top probability.",
      .formula = "p_i >= a (max p)^2",
      .source = "RWKV, koboldcpp",
      .parameters = {Real("a",
                          "share of the squared top probability; 0 keeps all")
                         .Within(0, 1)
                         .Required(),
                     MinKeepParameter()},
      .facts = [](const Parameters& p) -> StageFacts {
        return {.neutral = p.Real("a") == 0.0, .weighs_the_rest = true};
      },
      .create = [](const Parameters& p) -> std::unique_ptr<const Stage> {
        return std::make_unique<TopA>(p.Real("a"), p.Integer("min_keep"));
      }};
}

void TopA::Apply(Candidates& candidates, const StepContext&) const {
  if (a_ == 0.0) return;
  // w / S >= a (2^51 / S)^2, as integers: w S >= ceil(a 2^102).
  const Mass squared = OfSquaredMaximum(a_);
  candidates.KeepWeights(
      [=](const Totals& t) { return DivideUp(squared, t.mass); },
      {.min_keep = min_keep_});
}

}  // namespace sampler
