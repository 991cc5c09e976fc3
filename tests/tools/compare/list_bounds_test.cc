// A side and a pair of which the row lists only the likeliest tokens: the
// numbers of the full row, by their definitions, lie between the ends, and are
// the ends where they are exact.

#include "tools/compare/list_bounds.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>
#include <random>
#include <vector>

#include "gtest/gtest.h"
#include "sampler/pipeline.h"
#include "tests/support/test_share.h"
#include "tests/tools/compare/metric_oracle.h"
#include "tests/tools/compare/tempered_row.h"

namespace sampler::tools {
namespace {

constexpr float kMinusInfinity = -std::numeric_limits<float>::infinity();

// A full row, and what a log of its likeliest tokens holds.
struct ListedRow {
  std::vector<float> full;
  std::vector<float> listed;
  logs::TailInfo tail;
  std::size_t x = 0;
};

ListedRow MakeRow(std::mt19937& random, bool mass_known) {
  ListedRow row;
  const std::size_t width = 12 + random() % 60;
  std::normal_distribution<float> normal(0, 2.5);
  for (std::size_t i = 0; i < width; ++i) row.full.push_back(normal(random));
  row.x = random() % width;
  std::vector<std::size_t> order(width);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(
      order.begin(), order.end(),
      [&](std::size_t a, std::size_t b) { return row.full[a] > row.full[b]; });
  const std::size_t count = 4 + random() % 6;
  row.listed.assign(width, kMinusInfinity);
  for (std::size_t i = 0; i < count; ++i) {
    row.listed[order[i]] = row.full[order[i]];
  }
  row.tail.bound = row.full[order[count - 1]];
  // Loggers add the drawn token; in some rows it is missing.
  if (random() % 4 != 0) row.listed[row.x] = row.full[row.x];
  row.tail.maximum = row.full[order[0]];
  row.tail.above = static_cast<std::int64_t>(count) - 1;
  const std::vector<Real> p = Softmax(row.full, 1);
  Real mass = 0;
  for (std::size_t i = 0; i < width; ++i) {
    if (row.listed[i] > kMinusInfinity) {
      ++row.tail.listed;
    } else {
      ++row.tail.count;
      mass += p[i];
    }
  }
  row.tail.mass = mass_known ? static_cast<double>(mass) : std::nan("");
  return row;
}

// A chain of temperature and top_k (0: none) on the list and on the full row.
struct Both {
  Case truth;
  KeptTokens kept;
  SideRow side;
};

Both Measure(const ListedRow& row, double t, std::size_t k) {
  Both both;
  both.truth = {row.full, Softmax(row.full, 1),
                KeepTop(Softmax(row.full, t), k == 0 ? row.full.size() : k),
                row.x};
  const TemperedRow tempered(row.listed, t, k);
  const RowQuestion question = {.row = row.listed,
                                .target = static_cast<TokenId>(row.x),
                                .drawn = tempered.step().Draw().id,
                                .epsilon = kEpsilon};
  MeasureSide(question, tempered.as_logged(), tempered.step().distribution(),
              both.kept, both.side);
  both.side.decided = k > 0;
  both.side.ends = k == 0;
  BoundSide(question, row.tail, k == 0 ? std::optional(t) : std::nullopt,
            tempered.as_logged(), both.kept, both.side);
  return both;
}

void ExpectBetween(double low, double high, Real truth) {
  if (std::isnan(low)) return;
  const double x = static_cast<double>(truth);
  if (std::isinf(x)) {
    EXPECT_TRUE(std::isinf(high));
    return;
  }
  EXPECT_LE(low, high);
  EXPECT_LE(low, x + 1e-11 * (1 + std::fabs(x)));
  EXPECT_GE(high, x - 1e-11 * (1 + std::fabs(x)));
}

constexpr double kTemperatures[] = {0.4, 1.0, 1.0, 2.0};

TEST(ListBounds, HoldASide) {
  std::mt19937 random(21);
  for (int trial = 0; trial < Share(2000); ++trial) {
    const ListedRow row = MakeRow(random, trial % 3 != 0);
    const double t = kTemperatures[random() % 4];
    const std::size_t k = trial % 2 == 0 ? 0 : 1 + random() % 3;
    const Both both = Measure(row, t, k);
    for (std::size_t c = 0; c < CountOf<SideColumn>(); ++c) {
      const auto column = static_cast<SideColumn>(c);
      if (column == SideColumn::kSame) continue;
      SCOPED_TRACE(testing::Message() << "column " << c << " trial " << trial
                                      << " T " << t << " k " << k);
      ExpectBetween(both.side.values[column], both.side.highs[column],
                    Expected(both.truth, column));
    }
    if (testing::Test::HasFailure()) return;
  }
}

// A chain that cuts within the list leaves nothing open but the rank and the
// probability of an unlisted token, if the list tells its mass.
TEST(ListBounds, AreExactWhereTheListDecides) {
  std::mt19937 random(22);
  for (int trial = 0; trial < 500; ++trial) {
    const ListedRow row = MakeRow(random, true);
    const Both both = Measure(row, kTemperatures[trial % 4], 3);
    const bool listed = row.listed[row.x] > kMinusInfinity;
    for (std::size_t c = 0; c < CountOf<SideColumn>(); ++c) {
      const auto column = static_cast<SideColumn>(c);
      if (column == SideColumn::kEntropyRaw) continue;
      if (column == SideColumn::kNllRaw && !listed) continue;
      const double low = both.side.values[column];
      EXPECT_EQ(std::isnan(low), std::isnan(both.side.highs[column]));
      if (!std::isnan(low)) {
        EXPECT_EQ(low, both.side.highs[column]) << c << " trial " << trial;
      }
    }
    const auto known = [&](SideColumn column) {
      EXPECT_NEAR(both.side.values[column],
                  static_cast<double>(Expected(both.truth, column)), 1e-11)
          << static_cast<std::size_t>(column);
    };
    known(SideColumn::kKlToRaw);
    known(SideColumn::kTvToRaw);
    known(SideColumn::kJsToRaw);
    known(SideColumn::kKeptMass);
    if (listed) known(SideColumn::kNllRaw);
  }
}

// Nothing but a full list: the ends meet.
TEST(ListBounds, NarrowAsTheListGrows) {
  std::mt19937 random(23);
  const ListedRow row = MakeRow(random, true);
  double before = std::numeric_limits<double>::infinity();
  for (std::size_t count = 4; count < row.full.size() - 1; count += 4) {
    ListedRow longer = row;
    std::vector<float> sorted = row.full;
    std::sort(sorted.begin(), sorted.end(), std::greater<>());
    longer.tail = {.maximum = sorted[0]};
    longer.tail.bound = sorted[count - 1];
    Real mass = 0;
    const std::vector<Real> p = Softmax(row.full, 1);
    for (std::size_t i = 0; i < row.full.size(); ++i) {
      const bool listed = row.full[i] >= sorted[count - 1];
      longer.listed[i] = listed ? row.full[i] : kMinusInfinity;
      ++(listed ? longer.tail.listed : longer.tail.count);
      mass += listed ? 0 : p[i];
    }
    longer.tail.mass = static_cast<double>(mass);
    const Both both = Measure(longer, 1.5, 0);
    const double width = both.side.highs[SideColumn::kEntropy] -
                         both.side.values[SideColumn::kEntropy];
    EXPECT_LT(width, before);
    before = width;
  }
  EXPECT_LT(before, 0.01);
}

TEST(ListBounds, HoldAPair) {
  std::mt19937 random(24);
  for (int trial = 0; trial < Share(2000); ++trial) {
    const ListedRow row = MakeRow(random, trial % 3 != 0);
    // Another log's row has another list.
    ListedRow other = row;
    if (trial % 2 == 1) {
      do {
        other = MakeRow(random, true);
      } while (other.full.size() != row.full.size());
    }
    const Both a = Measure(row, kTemperatures[random() % 4], 0);
    const Both b = Measure(other, kTemperatures[random() % 4],
                           trial % 4 < 2 ? 0 : 1 + random() % 3);
    const BoundedPair pair =
        BoundPair(a.kept, a.side, b.kept, b.side, trial % 2 == 0);
    for (std::size_t c = 0; c < CountOf<PairColumn>(); ++c) {
      const auto column = static_cast<PairColumn>(c);
      if (column == PairColumn::kDrawDiffers) continue;
      SCOPED_TRACE(testing::Message() << "column " << c << " trial " << trial);
      const Real truth = ExpectedOfPair(a.truth.q, b.truth.q, column);
      ExpectBetween(pair.lows[column], pair.highs[column], truth);
    }
    if (testing::Test::HasFailure()) return;
  }
}

// The row as logged beside a chain that cuts within the list: what they share
// is known, because the list tells the mass of the rest.
TEST(ListBounds, APairWithACutSideIsExact) {
  std::mt19937 random(25);
  for (int trial = 0; trial < 300; ++trial) {
    const ListedRow row = MakeRow(random, true);
    const Both a = Measure(row, 1, 0);
    const Both b = Measure(row, 0.7, 3);
    const BoundedPair pair = BoundPair(a.kept, a.side, b.kept, b.side, true);
    for (const PairColumn column :
         {PairColumn::kAgreement, PairColumn::kTv, PairColumn::kJs,
          PairColumn::kIndependent, PairColumn::kKlBa}) {
      EXPECT_EQ(pair.lows[column], pair.highs[column]);
      EXPECT_NEAR(
          pair.lows[column],
          static_cast<double>(ExpectedOfPair(a.truth.q, b.truth.q, column)),
          1e-11)
          << static_cast<std::size_t>(column);
    }
    EXPECT_TRUE(std::isinf(pair.lows[PairColumn::kKlAb]));
  }
}

}  // namespace
}  // namespace sampler::tools
