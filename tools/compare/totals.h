// Rows summed up, sequence by sequence, and what the sums say with how much
// certainty.
//
// Two sides on one text are paired: a metric's difference is that of the two
// sides over the same rows, those where both have a value. Neighbouring tokens
// depend on each other, so it is whole sequences that are drawn again for the
// interval (percentile bootstrap, 95 %, kResamples resamples, a fixed seed);
// every metric, linear or not, is computed anew of each resample. Of fewer than
// kFewestSequences there is no interval. Quantiles have none.
//
// Thread-safety: one thread at a time.
// Cost: memory of two numbers a row and some 70 a sequence.
// Tested by: tests/tools/compare/totals_test.cc, against sums over rows drawn
//   again one by one.

#ifndef SAMPLER_TOOLS_COMPARE_TOTALS_H_
#define SAMPLER_TOOLS_COMPARE_TOTALS_H_

#include <array>
#include <cstdint>
#include <limits>
#include <vector>

#include "tools/compare/metrics.h"
#include "tools/compare/pairs.h"

namespace sampler::tools {

inline constexpr int kResamples = 1000;
inline constexpr std::uint64_t kResampleSeed = 20240229;
inline constexpr std::size_t kFewestSequences = 8;

// Sums that add up over sequences.
struct SequenceTotals {
  // Of both sides and the number of rows, where both have a finite value.
  struct Sums {
    double a = 0;
    double b = 0;
    std::int64_t rows = 0;
    std::int64_t infinite = 0;  // Rows left out: either side's is infinite.
  };
  struct Pair {
    double sum = 0;
    std::int64_t rows = 0;
    std::int64_t infinite = 0;
  };
  // A bin of the calibration.
  struct Bin {
    double confidence = 0;
    double correct = 0;
    std::int64_t rows = 0;
  };
  static constexpr std::size_t kBins = 10;

  std::array<Sums, CountOf<SideColumn>()> side;
  std::array<Pair, CountOf<PairColumn>()> pair;
  std::array<std::array<Bin, kBins>, 2> bins;

  void Add(const RowPair& row);
  void Add(const SequenceTotals& other);
};

struct Interval {
  static constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  double low = kNone;
  double high = kNone;
};

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

// A metric of both sides. NaN: absent.
struct SideEstimate {
  double a = Interval::kNone;
  double b = Interval::kNone;
  double difference = Interval::kNone;  // a - b.
  Interval interval;                    // Of the difference.
  std::int64_t rows = 0;                // With a value of both sides.
  std::int64_t infinite = 0;            // Rows with an infinite one.
};

struct PairEstimate {
  double value = Interval::kNone;
  Interval interval;
  std::int64_t rows = 0;
  std::int64_t infinite = 0;
};

class Totals {
 public:
  void Add(const RowPair& row);

  std::int64_t rows() const { return rows_; }
  std::int64_t sequences() const { return std::ssize(sequences_); }
  // Rows of a side with another status than ok, that a list does not decide,
  // and that the log holds in part.
  std::int64_t not_ok(std::size_t side) const { return not_ok_[side]; }
  std::int64_t undecided(std::size_t side) const { return undecided_[side]; }
  std::int64_t bounded(std::size_t side) const { return bounded_[side]; }
  std::int64_t compared() const { return compared_; }

  // The values alone, without intervals; a column of the pair.
  std::vector<SideEstimate> SideValues() const;
  double PairValue(PairColumn column) const;

  // In the order of SideMetrics() and PairMetrics().
  std::vector<SideEstimate> SideEstimates() const;
  std::vector<PairEstimate> PairEstimates() const;

 private:
  std::vector<SequenceTotals> sequences_;
  std::int64_t sequence_ = -1;
  std::int64_t rows_ = 0;
  std::int64_t compared_ = 0;
  std::array<std::int64_t, 2> not_ok_ = {};
  std::array<std::int64_t, 2> undecided_ = {};
  std::array<std::int64_t, 2> bounded_ = {};
  std::array<std::vector<double>, 2> kept_;  // Of the compared rows.
};

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_COMPARE_TOTALS_H_
