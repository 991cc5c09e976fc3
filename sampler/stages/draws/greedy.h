// Greedy: the likeliest token, without randomness.
//
//   token = the head of the total order (ties: the lowest id)
//
// Apply truncates the candidates to the head, so that the reported distribution
// is that of the token. Equals temperature 0 or top_k 1 before any other draw.
//
// Thread-safety: immutable; any number of threads may call Apply and Choose.
// Cost: one maximum.
// Tested by: tests/stages/edits/stages_test.cc, tests/oracle_test.cc.

#ifndef SAMPLER_STAGES_DRAWS_GREEDY_H_
#define SAMPLER_STAGES_DRAWS_GREEDY_H_

#include "sampler/candidates/candidates.h"
#include "sampler/stages/registry.h"

namespace sampler {

class Greedy final : public Draw {
 public:
  static StageType Type();

  void Apply(Candidates& candidates, const StepContext& step) const override;
  Drawn Choose(const Candidates& candidates,
               const StepContext& step) const override;
};

}  // namespace sampler

#endif  // SAMPLER_STAGES_DRAWS_GREEDY_H_
