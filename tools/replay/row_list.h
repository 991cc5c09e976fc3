// A row of which the log holds the likeliest tokens, as a list of these: a row
// of a top-k log is one, and what lies above the floor of a `_logits_` row.
//
// Thread-safety: pure functions.
// Tested by: tests/tools/replay/floor_row_test.cc, listed_row_test.cc.

#ifndef SAMPLER_TOOLS_REPLAY_ROW_LIST_H_
#define SAMPLER_TOOLS_REPLAY_ROW_LIST_H_

#include <cstdint>
#include <optional>

#include "sampler/logits.h"
#include "sampler/logs/log.h"
#include "tools/replay/row_exactness.h"

namespace sampler::tools {

struct RowList {
  logs::TailInfo tail;    // What is not listed.
  double mass_error = 0;  // Of tail.mass, to both sides.
};

// What the row does not hold; empty for a log that holds every value. Of a
// floor the mass is unknown (NaN). `width`: the size of the vocabulary.
std::optional<logs::TailInfo> TailOf(const RowBounds& bounds,
                                     std::int64_t width);

// The same with the mass of a floor: the values above it are
// log-probabilities, so the rest weighs what they lack of 1, but for half a
// step of their 16 bits. Cost: a pass over a row with a floor.
std::optional<RowList> ListOf(const Logits& row, const RowBounds& bounds);

// The listed tokens that none of the others is likelier than: all of them but
// those that are listed for another reason, such as the drawn one.
std::int64_t RankedIn(const Logits& row, const logs::TailInfo& tail);

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_REPLAY_ROW_LIST_H_
