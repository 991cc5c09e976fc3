// Sums, differences and intervals against rows that are added up, and drawn
// again, one by one.

#include "tools/compare/totals.h"

#include <algorithm>
#include <cmath>
#include <random>
#include <string>
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

RowPair PairOfRows(std::int64_t sequence, double a, double b) {
  RowPair row;
  row.place.sequence = sequence;
  row.target = 0;
  for (const SideColumn column :
       {SideColumn::kEntropy, SideColumn::kNll, SideColumn::kKept}) {
    row.sides[0].values[column] = a;
    row.sides[1].values[column] = b;
  }
  return row;
}

TEST(Totals, SubtractsRowByRow) {
  Totals totals;
  totals.Add(PairOfRows(0, 1, 3));
  totals.Add(PairOfRows(0, 2, 3));
  RowPair half = PairOfRows(1, 100, 100);
  half.sides[1].values[SideColumn::kNll] = std::nan("");
  totals.Add(half);
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
  totals.Add(row);
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

TEST(Totals, CalibrationIsTheBinsDistance) {
  Totals totals;
  const auto add = [&](double confidence, double correct) {
    RowPair row;
    row.sides[0].values[SideColumn::kTop] = confidence;
    row.sides[0].values[SideColumn::kTopIsToken] = correct;
    row.sides[1].values[SideColumn::kTop] = 1.0;
    row.sides[1].values[SideColumn::kTopIsToken] = 1.0;
    totals.Add(row);
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
