// Sums, differences and intervals against rows that are added up, and drawn
// again, one by one.

#include "tools/compare/totals.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"

namespace sampler::tools {
namespace {

std::size_t IndexOf(const std::string& name) {
  for (std::size_t m = 0; m < SideMetrics().size(); ++m) {
    if (SideMetrics()[m].name == name) return m;
  }
  ADD_FAILURE() << name;
  return 0;
}

// With the numbers that it has as both of their ends.
RowPair Exact(RowPair row) {
  for (SideRow& side : row.sides) side.highs = side.values;
  row.pair_highs = row.pair;
  return row;
}

RowPair PairOfRows(std::int64_t sequence, double a, double b) {
  RowPair row;
  row.place.sequence = sequence;
  row.target = 0;
  for (const SideColumn column :
       {SideColumn::kEntropy, SideColumn::kNll, SideColumn::kKept}) {
    row.sides[0].values[column] = a;
    row.sides[1].values[column] = b;
  }
  return Exact(row);
}

TEST(Totals, SubtractsRowByRow) {
  Totals totals;
  totals.Add(PairOfRows(0, 1, 3));
  totals.Add(PairOfRows(0, 2, 3));
  RowPair half = PairOfRows(1, 100, 100);
  half.sides[1].values[SideColumn::kNll] = std::nan("");
  totals.Add(Exact(half));
  const auto estimates = totals.SideEstimates();
  const SideEstimate& nll = estimates[IndexOf("nll")];
  EXPECT_EQ(nll.rows, 2);  // The rows that both have.
  EXPECT_DOUBLE_EQ(nll.a, 1.5);
  EXPECT_DOUBLE_EQ(nll.b, 3);
  EXPECT_DOUBLE_EQ(nll.difference, -1.5);
  EXPECT_NEAR(estimates[IndexOf("ppl")].difference, std::exp(1.5) - std::exp(3),
              1e-12);
  EXPECT_TRUE(std::isnan(nll.interval.low));  // Two sequences.
  EXPECT_TRUE(std::isnan(estimates[IndexOf("coverage")].a));
  EXPECT_EQ(estimates[IndexOf("kept_p50")].a, 2);
  EXPECT_EQ(estimates[IndexOf("kept_p90")].a, 100);
}

TEST(Totals, AnInfiniteRowLeavesNoMean) {
  Totals totals;
  totals.Add(PairOfRows(0, 1, 3));
  RowPair row = PairOfRows(0, 1, 3);
  row.sides[0].values[SideColumn::kEntropy] = INFINITY;
  row.pair[PairColumn::kKlAb] = INFINITY;
  totals.Add(Exact(row));
  const SideEstimate estimate = totals.SideEstimates()[IndexOf("entropy")];
  EXPECT_TRUE(std::isnan(estimate.a));
  EXPECT_EQ(estimate.infinite, 1);
  for (const PairEstimate& pair : totals.PairEstimates()) {
    EXPECT_TRUE(std::isnan(pair.value));
  }
}

TEST(Totals, LeavesOutRowsThatCannotBeUsed) {
  Totals totals;
  totals.Add(PairOfRows(0, 1, 3));
  RowPair nan = PairOfRows(0, 50, 50);
  nan.sides[0].status = RowStatus::kNan;
  totals.Add(nan);
  RowPair undecided = PairOfRows(0, 50, 50);
  undecided.sides[1].decided = false;
  totals.Add(undecided);
  EXPECT_EQ(totals.rows(), 3);
  EXPECT_EQ(totals.compared(), 1);
  EXPECT_EQ(totals.not_ok(0), 1);
  EXPECT_EQ(totals.undecided(1), 1);
  EXPECT_EQ(totals.SideEstimates()[IndexOf("entropy")].a, 1);
}

// Of sequences that differ from each other the interval is wider than tokens
// that are taken for independent would have it, and it holds the truth in about
// 95 of 100 samples.
TEST(Totals, IntervalsHoldTheTruth) {
  std::mt19937_64 random(3);
  std::normal_distribution<double> normal;
  constexpr int kTrials = 200;
  int held = 0;
  for (int trial = 0; trial < kTrials; ++trial) {
    Totals totals;
    for (std::int64_t s = 0; s < 40; ++s) {
      const double shift = normal(random);
      for (int r = 0; r < 5; ++r) {
        totals.Add(PairOfRows(s, 0.5 + shift + 0.1 * normal(random), 0));
      }
    }
    const Interval interval =
        totals.SideEstimates()[IndexOf("entropy")].interval;
    held += interval.low <= 0.5 && 0.5 <= interval.high ? 1 : 0;
  }
  EXPECT_GE(held, 176);  // 95 % of 200 is 190; this is 4.5 deviations below.
  EXPECT_LT(held, 200);
}

// The interval of a ratio is that of the ratio, not of its parts.
TEST(Totals, NonLinearMetricsAreComputedAnew) {
  Totals totals;
  std::mt19937_64 random(4);
  double smallest = 1e9;
  double largest = -1e9;
  for (std::int64_t s = 0; s < 12; ++s) {
    const double nll = 1 + static_cast<double>(random() % 100) / 25;
    totals.Add(PairOfRows(s, nll, 0));
    smallest = std::min(smallest, nll);
    largest = std::max(largest, nll);
  }
  const auto estimates = totals.SideEstimates();
  const SideEstimate& ppl = estimates[IndexOf("ppl")];
  const SideEstimate& nll = estimates[IndexOf("nll")];
  // e^mean is monotone, so the quantiles are those of the mean.
  EXPECT_NEAR(ppl.interval.low, std::exp(nll.interval.low) - 1, 1e-9);
  EXPECT_NEAR(ppl.interval.high, std::exp(nll.interval.high) - 1, 1e-9);
  EXPECT_GT(nll.interval.low, smallest);
  EXPECT_LT(nll.interval.high, largest);
}

// The least number that a share of the rows of some sequences do not exceed, by
// writing out all of them.
double NaiveQuantile(const std::vector<std::vector<double>>& sequences,
                     absl::Span<const std::size_t> picks, double share) {
  std::vector<double> rows;
  for (const std::size_t pick : picks) {
    rows.insert(rows.end(), sequences[pick].begin(), sequences[pick].end());
  }
  std::sort(rows.begin(), rows.end());
  const auto wanted = static_cast<std::size_t>(
      std::ceil(share * static_cast<double>(rows.size())));
  return rows[std::max<std::size_t>(wanted, 1) - 1];
}

TEST(Totals, QuantilesAreThoseOfRowsDrawnAgain) {
  std::mt19937_64 random(8);
  Totals totals;
  std::vector<std::vector<double>> kept[2];
  for (std::int64_t s = 0; s < 12; ++s) {
    for (auto& side : kept) side.emplace_back();
    const int rows = 1 + static_cast<int>(random() % 9);
    for (int r = 0; r < rows; ++r) {
      const auto a = static_cast<double>(1 + random() % 40);
      const auto b = static_cast<double>(1 + random() % 10);
      kept[0].back().push_back(a);
      kept[1].back().push_back(b);
      totals.Add(PairOfRows(s, a, b));
    }
  }
  const auto estimates = totals.SideEstimates();
  for (const auto& named :
       {std::pair{"kept_p50", 0.5}, {"kept_p90", 0.9}, {"kept_p99", 0.99}}) {
    const char* name = named.first;
    const double share = named.second;
    const SideEstimate& estimate = estimates[IndexOf(name)];
    std::vector<std::size_t> once(12);
    std::iota(once.begin(), once.end(), std::size_t{0});
    EXPECT_EQ(estimate.a, NaiveQuantile(kept[0], once, share)) << name;
    EXPECT_EQ(estimate.b, NaiveQuantile(kept[1], once, share)) << name;
    std::vector<double> differences;
    ForEachResample(12, [&](absl::Span<const std::size_t> picks) {
      differences.push_back(NaiveQuantile(kept[0], picks, share) -
                            NaiveQuantile(kept[1], picks, share));
    });
    std::sort(differences.begin(), differences.end());
    EXPECT_EQ(estimate.interval.low, differences[25]) << name;
    EXPECT_EQ(estimate.interval.high, differences[974]) << name;
  }
  const SideEstimate& most = estimates[IndexOf("kept_max")];
  EXPECT_GT(most.a, 0);
  EXPECT_TRUE(std::isnan(most.interval.low));
}

TEST(Totals, RangesAreSummedByTheirEnds) {
  Totals totals;
  for (std::int64_t s = 0; s < 10; ++s) {
    RowPair row = PairOfRows(s, 1.0 + static_cast<double>(s % 3), 1);
    row.sides[0].ends = true;
    row.sides[0].highs[SideColumn::kEntropy] += 0.5;
    row.sides[0].highs[SideColumn::kNll] = INFINITY;
    row.sides[0].highs[SideColumn::kKept] += 3;
    totals.Add(row);
  }
  const auto estimates = totals.SideEstimates();
  const SideEstimate& entropy = estimates[IndexOf("entropy")];
  EXPECT_TRUE(entropy.is_range());
  EXPECT_TRUE(std::isnan(entropy.a));
  EXPECT_EQ(entropy.b, 1.0);
  EXPECT_NEAR(entropy.ends[0].low, 1.9, 1e-12);
  EXPECT_NEAR(entropy.ends[0].high, 2.4, 1e-12);
  EXPECT_NEAR(entropy.ends[2].low, 0.9, 1e-12);
  EXPECT_NEAR(entropy.ends[2].high, 1.4, 1e-12);
  // The interval has the low ends' lower bound and the high ends' upper one.
  EXPECT_LT(entropy.interval.low, 0.9);
  EXPECT_GT(entropy.interval.high, 1.4);
  EXPECT_EQ(estimates[IndexOf("nll")].ends[0].high, INFINITY);
  EXPECT_EQ(estimates[IndexOf("kept_p50")].ends[0].high,
            estimates[IndexOf("kept_p50")].ends[0].low + 3);
}

// Of one log's rows as logged both sides have the same number, known or not.
TEST(Totals, WhatBothSidesShareHasNoDifference) {
  Totals totals;
  RowPair row = PairOfRows(0, 1, 1);
  row.one_row = true;
  for (SideRow& side : row.sides) {
    side.values[SideColumn::kEntropyRaw] = 1;
    side.highs[SideColumn::kEntropyRaw] = 2;
    side.highs[SideColumn::kEntropy] = 2;
  }
  totals.Add(row);
  const auto estimates = totals.SideEstimates();
  EXPECT_EQ(estimates[IndexOf("entropy_raw")].difference, 0);
  EXPECT_EQ(estimates[IndexOf("entropy_raw")].ends[0].high, 2);
  EXPECT_EQ(estimates[IndexOf("entropy")].ends[2].low, -1);
  EXPECT_EQ(estimates[IndexOf("entropy")].ends[2].high, 1);
}

TEST(Totals, CalibrationIsTheBinsDistance) {
  Totals totals;
  const auto add = [&](double confidence, double correct) {
    RowPair row;
    row.sides[0].values[SideColumn::kTop] = confidence;
    row.sides[0].values[SideColumn::kTopIsToken] = correct;
    row.sides[1].values[SideColumn::kTop] = 1.0;
    row.sides[1].values[SideColumn::kTopIsToken] = 1.0;
    totals.Add(Exact(row));
  };
  add(0.92, 1);
  add(0.98, 0);
  add(0.31, 1);
  const SideEstimate ece = totals.SideEstimates()[IndexOf("ece")];
  // Bin 9: accuracy .5, confidence .95, two rows; bin 3: 1 and .31, one.
  EXPECT_NEAR(ece.a, (2 * 0.45 + 0.69) / 3, 1e-12);
  EXPECT_NEAR(ece.b, 0, 1e-12);
}

}  // namespace
}  // namespace sampler::tools
