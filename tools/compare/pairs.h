// The rows of a comparison: two sides, each a log with a chain, row by row.
//
// Both sides draw with the seed and streams of the run options, so that their
// draws are coupled: they differ where the chains do.
//
// History: the logged tokens; where the log has none, each side's own draws.
//
// Thread-safety: a call uses up to `threads` threads and emits from one at a
//   time.
// Invariant: what is emitted does not depend on `threads`.
// Cost: memory of a few rows in double per thread.
// Tested by: tests/tools/compare/compare_test.cc.

#ifndef SAMPLER_TOOLS_COMPARE_PAIRS_H_
#define SAMPLER_TOOLS_COMPARE_PAIRS_H_

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "sampler/logs/log.h"
#include "tools/compare/chain_spec.h"
#include "tools/compare/kl_row.h"
#include "tools/compare/row_metrics.h"
#include "tools/compare/trainer/row.h"
#include "tools/options/row_selection.h"
#include "tools/options/run_options.h"

namespace sampler::tools {

// One side of a comparison.
struct Side {
  const logs::Log& log;
  const ChainSpec& chain;
};

struct PairOptions {
  RunOptions run;
  RowSelection rows = {};
  int threads = 1;
  double epsilon = 1e-6;  // Of kEpsilon.
  bool kl = false;        // Compare the rows of the two logs too.
  bool trainer = false;   // The logprobs of the logged token, and why they
                          // differ.
  DescribeStep describe = nullptr;  // Of each side of a row.
};

struct RowPair {
  RowPlace place;
  TokenId target = -1;
  bool one_row = false;  // Both sides are of one log.
  std::array<SideRow, 2> sides;
  MetricRow<PairColumn> pair;        // The low ends,
  MetricRow<PairColumn> pair_highs;  // and the high ones: equal if exact.
  std::optional<KlRow> kl;
  std::optional<TrainerRow> trainer;        // Of rows with a logged token.
  std::array<std::string, 2> descriptions;  // By PairOptions::describe.

  bool usable() const { return sides[0].usable() && sides[1].usable(); }
  // Usable, and what both chains leave is known exactly.
  bool exact() const { return usable() && !sides[0].ends && !sides[1].ends; }
};

using Sides = std::array<Side, 2>;

// InvalidArgument unless both logs have rows of the same width, sequences of
// the same lengths and, where both have tokens, the same ones.
absl::Status CheckSides(const Sides& sides);

// Calls `emit` for every selected row, in order; for the first of them alone
// where the end is asked for (process/interrupt.h). Errors: of chains that do
// not fit the log, and of rows that cannot be read.
absl::Status ComparePairs(const Sides& sides, const PairOptions& options,
                          const std::function<void(const RowPair&)>& emit);

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_COMPARE_PAIRS_H_
