// Where a draw by inverse CDF fell among the survivors.
//
// Thread-safety: a pure function.
// Tested by: tests/tools/explain_test.cc.

#ifndef SAMPLER_TOOLS_EXPLAIN_DRAW_INTERVAL_H_
#define SAMPLER_TOOLS_EXPLAIN_DRAW_INTERVAL_H_

#include <cstdint>
#include <optional>

#include "sampler/candidate.h"
#include "tools/explain/moment.h"

namespace sampler::tools {

// Where the draw fell, for draws by inverse CDF: in [low, high), the drawn
// token's share of [0, 1).
struct DrawInterval {
  double low = 0;
  double high = 0;
  bool by_rank = false;  // Laid out in the total order, not by id.
  // To the nearest inner boundary, and whose interval lies behind it; empty if
  // the drawn token is the only one that can be drawn.
  std::optional<double> margin;
  TokenId neighbour = 0;
  bool neighbour_below = false;
};

// The interval of `drawn` among the survivors `out`, laid end to end in id
// order or in the total order. Empty if the random bits do not fall into it.
std::optional<DrawInterval> FindInterval(const Moment& out, TokenId drawn,
                                         std::uint64_t bits, bool by_rank);

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_EXPLAIN_DRAW_INTERVAL_H_
