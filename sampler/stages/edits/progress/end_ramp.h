// End ramp: makes the end of the text ever more likely as few tokens remain.
//
//   l_e += bias * min(1, (length - r) / length)    for e in eos_ids, r < length
//
// where r = limit - t, at least 0, is how many tokens may still come when t
// have come: the ramp begins `length` tokens before the limit and has all of
// `bias` at it.
//
// Contract: limit >= 1, 1 <= length <= limit; bias 0 changes nothing. A removed
//   token stays removed. This stage does not end a text: a caller that stops at
//   `limit` cuts fewer texts in the middle of a sentence.
// Nothing is remembered between steps, so that rollback and snapshots are
//   exact.
// Thread-safety: immutable; any number of threads may call Apply.
// Cost: O(eos_ids).
// Source: llama.cpp #14229 (asked for; exponential_decay_length is Hugging
//   Face's answer to the same wish).
// Tested by: tests/stages/edits/end_ramp_test.cc, tests/oracle_test.cc.

#ifndef SAMPLER_STAGES_EDITS_PROGRESS_END_RAMP_H_
#define SAMPLER_STAGES_EDITS_PROGRESS_END_RAMP_H_

#include <cstdint>
#include <utility>
#include <vector>

#include "sampler/candidates/candidates.h"
#include "sampler/stages/registry.h"

namespace sampler {

class EndRamp final : public Stage {
 public:
  static StageType Type();

  EndRamp(std::int64_t limit, std::int64_t length, double bias,
          std::vector<TokenId> eos_ids)
      : limit_(limit),
        length_(length),
        bias_(bias),
        eos_ids_(std::move(eos_ids)) {}

  void Apply(Candidates& candidates, const StepContext& step) const override;

 private:
  std::int64_t limit_;
  std::int64_t length_;
  double bias_;
  std::vector<TokenId> eos_ids_;
};

}  // namespace sampler

#endif  // SAMPLER_STAGES_EDITS_PROGRESS_END_RAMP_H_
