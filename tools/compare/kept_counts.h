// The numbers of tokens that the rows of two sides keep: their quantiles, and
// how certain the difference of two quantiles is.
//
// The quantile of a share is the least number that so many of the rows do not
// exceed. Where a row's number is a range, the quantiles of the low ends and of
// the high ones are the ends of the quantile.
//
// Thread-safety: one thread at a time.
// Cost: memory of four numbers a row; an interval passes over the distinct
//   numbers of every sequence once per resample.
// Tested by: tests/tools/compare/totals_test.cc, against rows that are drawn
//   again one by one.

#ifndef SAMPLER_TOOLS_COMPARE_KEPT_COUNTS_H_
#define SAMPLER_TOOLS_COMPARE_KEPT_COUNTS_H_

#include <array>
#include <cstddef>
#include <vector>

#include "tools/compare/range.h"
#include "tools/compare/resampling.h"

namespace sampler::tools {

class KeptCounts {
 public:
  // Of a row of the given sequence, which comes after those of smaller ones.
  void Add(std::size_t sequence, const std::array<Range, 2>& kept);

  // Both sides' quantile of a share in (0, 1]; NaN without rows.
  std::array<Range, 2> Quantile(double share) const;

  // The 95 % interval of the first side's quantile less the second one's, of
  // `sequences` sequences.
  Interval IntervalOfDifference(double share, std::size_t sequences) const;

 private:
  // A number, and the rows of one sequence that have it.
  struct Group {
    double value;
    std::size_t sequence;
    double rows;
  };
  enum End : std::size_t { kLow, kHigh };

  std::vector<Group> Sorted(std::size_t side, End end) const;
  static double QuantileOf(const std::vector<Group>& sorted,
                           const std::vector<double>& times, double share);

  std::vector<std::size_t> sequences_;                      // Of the rows.
  std::array<std::array<std::vector<double>, 2>, 2> kept_;  // By side and end.
};

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_COMPARE_KEPT_COUNTS_H_
