// What became of a row. Anything but kOk means: no token, and nothing else
// disturbed.
//
// Arithmetic that leaves the doubles follows one rule in every stage: a logit
// that becomes +inf makes the row kInfinite, one that becomes NaN (0 * inf)
// kNan, and one that becomes -inf is removed.

#ifndef SAMPLER_ROW_STATUS_H_
#define SAMPLER_ROW_STATUS_H_

#include <cstdint>

#include "sampler/language.h"

namespace sampler {

enum class RowStatus : std::uint8_t {
  kOk,
  kNan,       // A NaN, as received or produced by a stage. Outranks kInfinite.
  kInfinite,  // A +inf, as received or produced by a stage.
  kNoCandidate,   // Every token is at -inf.
  kWrongSize,     // Row or sequence is not of the pipeline's vocabulary size.
  kMissingInput,  // A stage wants an input that was not given.
  kWrongInput,    // An input is of the wrong size or out of range.
  kWrongState,    // The sequence carries the memory of other stages.
  kUnusedInput,   // An input was given that no stage looks at.
  kWrongStep,     // The step is over, or is not this sequence's (step.h).
};

// All of them, in the order of their values.
inline constexpr RowStatus kAllRowStatuses[] = {
    RowStatus::kOk,          RowStatus::kNan,        RowStatus::kInfinite,
    RowStatus::kNoCandidate, RowStatus::kWrongSize,  RowStatus::kMissingInput,
    RowStatus::kWrongInput,  RowStatus::kWrongState, RowStatus::kUnusedInput,
    RowStatus::kWrongStep};

// "ok", "nan", "infinite", "no_candidate", "wrong_size", "missing_input",
// "wrong_input", "wrong_state", "unused_input" or
// "wrong_step".
StringView RowStatusName(RowStatus status);

}  // namespace sampler

#endif  // SAMPLER_ROW_STATUS_H_
