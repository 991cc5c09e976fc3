// Whether the answer about a row is exact where the log holds only part of it.
//
// A `_logits_` row hides the values of tokens at its floor: what lies above is
// a list of the likeliest tokens, as a top-k row is. A list is exact as soon as
// a stage that is decided by the head of the row (StageFacts::head) has kept
// listed tokens only. Before it may stand temperatures, and stages without
// effect; it is
//
//   top_k or greedy   whose last kept token lies above all that is not listed
//   min_p             whose threshold does: bound / T < max / T + ln p
//
// and everything after it is exact too, unless it looks at the mass of the
// whole row. Where the head alone does not decide, the weight of the rest may:
// listed_row.h.
//
// Thread-safety: pure functions.
// Tested by: tests/tools/replay/top_k_log_test.cc.

#ifndef SAMPLER_TOOLS_REPLAY_ROW_EXACTNESS_H_
#define SAMPLER_TOOLS_REPLAY_ROW_EXACTNESS_H_

#include <cstdint>
#include <optional>

#include "absl/status/statusor.h"
#include "sampler/config.h"
#include "sampler/logs/log.h"

namespace sampler::tools {

// What a row of a log does not tell.
struct RowBounds {
  std::optional<logs::FloorInfo> floor;
  std::optional<logs::TailInfo> tail;
};

// What the answer about a row is worth.
enum class RowBasis {
  kExact,    // It is that of the row before the log.
  kBounded,  // More tokens may be kept; those that are have at most these
             // probabilities, in these proportions.
  kNo,       // The chain needs what the log does not hold.
};

// "exact", "bounded" or "no".
const char* RowBasisName(RowBasis basis);
// What is added to the name of a row or log; empty if it is exact.
const char* RowBasisNote(RowBasis basis);

// Errors as logs::Log::Row. REQUIRES: 0 <= row < log.rows().
absl::StatusOr<RowBounds> BoundsOf(const logs::Log& log, std::int64_t row);

// Does the head of the row decide the answer? `width`: the size of the
// vocabulary. REQUIRES: the config is valid.
bool IsExact(const RowBounds& bounds, const PipelineConfig& config,
             std::int64_t width);

// The product of the chain's temperatures, if it does nothing else than divide
// logits by numbers above 0, and removes nothing; 1 for a chain that does
// nothing. REQUIRES: the config is valid.
std::optional<double> ListedTemperature(const PipelineConfig& config);

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_REPLAY_ROW_EXACTNESS_H_
