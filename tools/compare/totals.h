// Rows summed up, sequence by sequence, and what the sums say with how much
// certainty.
//
// Two sides on one text are paired: a metric's difference is that of the two
// sides over the same rows, those where both have a value. Every metric, linear
// or not, is computed anew of each resample (resampling.h). The largest number
// of kept tokens has no interval: resamples say nothing of what is larger.
//
// Where rows list their likeliest tokens only, a metric is a range: the low
// ends and the high ends are averaged. The difference of two ranges is one from
// the farthest ends, but for numbers of one row as logged, which both sides
// share.
//
// Thread-safety: one thread at a time.
// Cost: memory of six numbers a row and some 260 a sequence.
// Tested by: tests/tools/compare/totals_test.cc, against sums over rows drawn
//   again one by one.

#ifndef SAMPLER_TOOLS_COMPARE_TOTALS_H_
#define SAMPLER_TOOLS_COMPARE_TOTALS_H_

#include <array>
#include <cstdint>
#include <vector>

#include "tools/compare/kept_counts.h"
#include "tools/compare/metrics.h"
#include "tools/compare/pairs.h"
#include "tools/compare/range.h"
#include "tools/compare/resampling.h"
#include "tools/replay/rank_histogram.h"

namespace sampler::tools {

// Sums that add up over sequences.
struct SequenceTotals {
  // Of both sides and the number of rows, where both have a finite value.
  struct Sums {
    Range a;
    Range b;
    Range difference;
    std::int64_t rows = 0;
    std::int64_t infinite = 0;  // Rows left out: either side's is infinite.
    std::int64_t bounded = 0;   // Rows with a range on either side.
  };
  struct Pair {
    Range sum;
    std::int64_t rows = 0;
    std::int64_t infinite = 0;
    std::int64_t bounded = 0;
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
  std::int64_t out_of_bins = 0;  // Rows whose confidence is a range.

  void Add(const RowPair& row);
  void Add(const SequenceTotals& other);
};

// A metric of both sides. NaN: absent, or known as a range only.
struct SideEstimate {
  double a = Interval::kNone;
  double b = Interval::kNone;
  double difference = Interval::kNone;  // a - b.
  Interval interval;                    // Of the difference.
  std::int64_t rows = 0;                // With a value of both sides.
  std::int64_t infinite = 0;            // Rows with an infinite one.
  std::int64_t bounded = 0;             // Rows with a range.
  // Both ends of the three; equal where exact, NaN where absent.
  std::array<Range, 3> ends = {};

  // Known as a range only.
  bool is_range() const { return bounded > 0 && ends[2].low == ends[2].low; }
};

struct PairEstimate {
  double value = Interval::kNone;
  Interval interval;
  std::int64_t rows = 0;
  std::int64_t infinite = 0;
  std::int64_t bounded = 0;
  Range ends = {Interval::kNone, Interval::kNone};

  bool is_range() const { return bounded > 0 && ends.low == ends.low; }
};

class Totals {
 public:
  void Add(const RowPair& row);

  std::int64_t rows() const { return rows_; }
  std::int64_t sequences() const { return std::ssize(sequences_); }
  // Rows of a side with another status than ok, that a list does not decide,
  // that it bounds, and that the log holds in part.
  std::int64_t not_ok(std::size_t side) const { return not_ok_[side]; }
  std::int64_t undecided(std::size_t side) const { return undecided_[side]; }
  std::int64_t ends(std::size_t side) const { return ends_[side]; }
  std::int64_t bounded(std::size_t side) const { return bounded_[side]; }
  std::int64_t compared() const { return compared_; }

  // Ranks of the logged tokens in the rows as logged, and how many of them a
  // side covers.
  const RankHistogram& ranks(std::size_t side) const { return ranks_[side]; }

  // The values alone, without intervals; both ends of a column of the pair.
  std::vector<SideEstimate> SideValues() const;
  Range PairEnds(PairColumn column) const;

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
  std::array<std::int64_t, 2> ends_ = {};
  std::array<std::int64_t, 2> bounded_ = {};
  std::array<RankHistogram, 2> ranks_ = {};
  KeptCounts kept_;  // Of the compared rows.
};

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_COMPARE_TOTALS_H_
