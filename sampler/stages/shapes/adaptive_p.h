// Adaptive-p: favours tokens of about a target probability, and steers the
// running mean of what was drawn towards it.
//
//   a = clamp(2 target - ws / tw, 0, 1),  d_i = |p_i - a| / 0.3
//   l_i = 5 - 10 d_i^2 / (1 + d_i)
//   at first ws = target / (1 - decay), tw = 1 / (1 - decay)
//   when the drawn token is accepted, p being its probability before this
//   stage:  ws = p + decay ws,  tw = 1 + decay tw
//
// Contract: 0 <= target <= 1; target null changes nothing and remembers
//   nothing. 0 <= decay <= 0.99. The stage must directly precede the draw; a
//   config that breaks this is refused. Accepting another token than the drawn
//   one leaves ws and tw alone. Candidates of probability 0 get a finite logit
//   too, so a truncation (min_p) should come before.
// Thread-safety: immutable; any number of threads may call Apply.
// Cost: exact weights of all candidates.
// Source: llama.cpp.
// Tested by: tests/stages/stages_memory_test.cc, tests/oracle_test.cc.

#ifndef SAMPLER_STAGES_SHAPES_ADAPTIVE_P_H_
#define SAMPLER_STAGES_SHAPES_ADAPTIVE_P_H_

#include <optional>

#include "sampler/candidates/candidates.h"
#include "sampler/candidates/probability_record.h"
#include "sampler/stages/registry.h"

namespace sampler {

class AdaptiveP final : public Stage {
 public:
  static StageType Type();

  AdaptiveP(std::optional<double> target, double decay)
      : target_(target), decay_(decay) {}

  void Apply(Candidates& candidates, const StepContext& step) const override;

  // State: ws, tw.
  std::size_t StateSize() const override { return target_.has_value() ? 2 : 0; }
  void InitializeState(absl::Span<double> state) const override;
  absl::string_view WrongState(absl::Span<const double> state) const override;
  void UpdateState(TokenId token, const ProbabilityRecord& record,
                   absl::Span<double> state) const override;

 private:
  std::optional<double> target_;
  double decay_;
};

}  // namespace sampler

#endif  // SAMPLER_STAGES_SHAPES_ADAPTIVE_P_H_
