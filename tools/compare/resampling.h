// How certain a number over the rows of a log is: it is computed anew of whole
// sequences that are drawn again.
//
// Neighbouring tokens depend on each other, so it is sequences that are drawn:
// percentile bootstrap, 95 %, kResamples resamples of as many sequences as
// there are, a fixed seed. Of fewer than kFewestSequences there is no interval.
//
// Thread-safety: pure functions.
// Tested by: tests/tools/compare/totals_test.cc.

#ifndef SAMPLER_TOOLS_COMPARE_RESAMPLING_H_
#define SAMPLER_TOOLS_COMPARE_RESAMPLING_H_

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/types/span.h"

namespace sampler::tools {

inline constexpr int kResamples = 1000;
inline constexpr std::uint64_t kResampleSeed = 20240229;
inline constexpr std::size_t kFewestSequences = 8;

struct Interval {
  static constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  double low = kNone;
  double high = kNone;
};

// Calls `use` with the sequences of every resample, in the order in which they
// were drawn; never for fewer than kFewestSequences. A number of sequences
// always has the same resamples.
void ForEachResample(
    std::size_t sequences,
    absl::FunctionRef<void(absl::Span<const std::size_t> picks)> use);

// The 2.5 % of the low ends and the 97.5 % of the high ones that resamples gave
// (the same values where a number is exact); none where one gave nothing.
Interval IntervalOf(std::vector<double> lows, std::vector<double> highs);

// Rows of one sequence, for a mean.
struct MeanSums {
  double sum = 0;
  std::int64_t rows = 0;

  void Add(double x) {
    sum += x;
    ++rows;
  }
  void Add(const MeanSums& other) {
    sum += other.sum;
    rows += other.rows;
  }
  double mean() const { return sum / static_cast<double>(rows); }
};

// The 95 % interval of a mean over all rows, by whole sequences.
Interval IntervalOfMean(const std::vector<MeanSums>& sequences);

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_COMPARE_RESAMPLING_H_
