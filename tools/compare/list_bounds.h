// Both ends of a side's numbers where the row lists only its likeliest tokens.
//
// Two kinds of chains can be judged:
//
//   one that keeps listed tokens only (IsExact): q is exact, and only what
//     relates q to the row as logged depends on the rest of the row
//   one that only divides logits by one T (ListedTemperature), such as none at
//     all: everything lies between ends that unlisted.h gives
//
// An end may be looser than the best possible one; the truth is never outside.
// Where nothing is known a number is absent (NaN).
//
// Thread-safety: pure functions.
// Cost: a few passes over the listed tokens.
// Tested by: tests/tools/compare/list_bounds_test.cc, against full rows in long
//   double.

#ifndef SAMPLER_TOOLS_COMPARE_LIST_BOUNDS_H_
#define SAMPLER_TOOLS_COMPARE_LIST_BOUNDS_H_

#include <optional>

#include "sampler/distribution.h"
#include "sampler/logs/log.h"
#include "tools/compare/row_metrics.h"

namespace sampler::tools {

// `kept` and `side` are what MeasureSide makes of the listed tokens alone; they
// become what is known of the full row. `temperature`: ListedTemperature of the
// chain; empty for one that keeps listed tokens only.
void BoundSide(const RowQuestion& question, const logs::TailInfo& tail,
               std::optional<double> temperature, const Distribution& raw,
               KeptTokens& kept, SideRow& side);

struct BoundedPair {
  MetricRow<PairColumn> lows;
  MetricRow<PairColumn> highs;
};

// The pair's columns of sides of which one or both have unlisted tokens left.
// `one_row`: both sides are of one row.
BoundedPair BoundPair(const KeptTokens& a, const SideRow& side_a,
                      const KeptTokens& b, const SideRow& side_b, bool one_row);

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_COMPARE_LIST_BOUNDS_H_
