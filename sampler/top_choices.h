// The top choices of a step, as XTC sees them: every candidate of at least a
// probability. All of them but the least likely, which is the last in the total
// order, are what XTC excludes.
//
// A value; the spans must outlive it.

#ifndef SAMPLER_TOP_CHOICES_H_
#define SAMPLER_TOP_CHOICES_H_

#include <cstdint>

#include "absl/types/span.h"
#include "sampler/candidate_list.h"

namespace sampler {

// What becomes of protected tokens among the top choices: none is excluded if
// one of them would be, or they are not counted as choices.
enum class ProtectRule { kSkipStage, kExempt };

struct TopChoices {
  double threshold;  // Least probability of a choice, in [0, 1].
  // Candidates that must remain, or nothing is excluded.
  std::int64_t min_keep = 1;
  absl::Span<const TokenId> protect = {};  // Ascending.
  ProtectRule protect_rule = ProtectRule::kSkipStage;
};

}  // namespace sampler

#endif  // SAMPLER_TOP_CHOICES_H_
