// Arithmetic draw: the token at a code point u that the caller supplies.
//
//   token = the first survivor whose running mass exceeds floor(u S)
//
// Token::interval is the token's part of [0, 1); the caller goes on with
// interval.Next(u). Codes spread evenly over [0, 1) (ParallelCode) give varied
// samples that need no communication; u and 1 - u are an antithetic pair.
//
// Contract: u = StepInputs::uniform in [0, 1); the intervals of the tokens of
//   weight > 0 tile [0, 1) exactly, those of weight 0 are empty and never
//   given.
// Options: order "rank" walks the total order instead of ascending ids; do not
//   change it within a sequence.
// Errors: missing_input without u, wrong_input for u outside [0, 1) or NaN.
// Thread-safety: immutable; any number of threads may call Choose.
// Cost: exact weights of the survivors and two walks ("rank": one selection).
// Source: arXiv 2210.15458, 2411.06251.
// Tested by: tests/stages/draws/arithmetic_test.cc, tests/oracle_test.cc.

#ifndef SAMPLER_STAGES_DRAWS_ARITHMETIC_H_
#define SAMPLER_STAGES_DRAWS_ARITHMETIC_H_

#include "sampler/candidates/candidates.h"
#include "sampler/stages/registry.h"

namespace sampler {

class Arithmetic final : public Draw {
 public:
  enum class Order { kId, kRank };

  static StageType Type();

  explicit Arithmetic(Order order) : order_(order) {}

  absl::string_view MissingInput(const StepInputs& inputs) const override;
  bool Reads(StepInput input) const override {
    return input == StepInput::kUniform;
  }
  void Apply(Candidates& candidates, const StepContext& step) const override;
  Drawn Choose(const Candidates& candidates,
               const StepContext& step) const override;

 private:
  Order order_;
};

}  // namespace sampler

#endif  // SAMPLER_STAGES_DRAWS_ARITHMETIC_H_
