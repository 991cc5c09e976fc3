// Exponential decay of length: makes the end of the text ever more likely once
// it is longer than `start`.
//
//   l_e += |l_e| * (factor^(t - start) - 1)    for e in eos_ids, t > start
//
// where t is the number of output tokens so far.
//
// Contract: factor > 0; 1 changes nothing; below 1 it makes the end less
//   likely. Negative logits rise too, a logit of 0 never moves, and a removed
//   token stays removed. An overflow to +inf gives the row the status
//   "infinite".
// Not promised: invariance under adding a constant to all logits.
// Nothing is remembered between steps, so that rollback and snapshots are
//   exact.
// Thread-safety: immutable; any number of threads may call Apply.
// Cost: O(eos_ids).
// Source: Hugging Face ExponentialDecayLengthPenalty.
// Tested by: tests/stages/edits/stages_length_test.cc, tests/oracle_test.cc.

#ifndef SAMPLER_STAGES_EDITS_EXPONENTIAL_DECAY_LENGTH_H_
#define SAMPLER_STAGES_EDITS_EXPONENTIAL_DECAY_LENGTH_H_

#include <cstdint>
#include <utility>
#include <vector>

#include "sampler/candidates/candidates.h"
#include "sampler/stages/registry.h"

namespace sampler {

class ExponentialDecayLength final : public Stage {
 public:
  static StageType Type();

  ExponentialDecayLength(std::int64_t start, double factor,
                         std::vector<TokenId> eos_ids)
      : start_(start), factor_(factor), eos_ids_(std::move(eos_ids)) {}

  void Apply(Candidates& candidates, const StepContext& step) const override;

 private:
  std::int64_t start_;
  double factor_;
  std::vector<TokenId> eos_ids_;
};

}  // namespace sampler

#endif  // SAMPLER_STAGES_EDITS_EXPONENTIAL_DECAY_LENGTH_H_
