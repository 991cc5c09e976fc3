// Every number of a row against its definition, in long double over the whole
// vocabulary.

#include "tools/compare/row_metrics.h"

#include <cmath>
#include <random>
#include <vector>

#include "gtest/gtest.h"
#include "sampler/pipeline.h"
#include "tests/tools/compare/metric_oracle.h"
#include "tests/tools/compare/tempered_row.h"

namespace sampler::tools {
namespace {

struct Measured {
  Case expected;
  KeptTokens kept;
  SideRow side;
};

// Measures a row under temperature and top_k, as the tool does.
Measured Measure(const std::vector<float>& row, std::size_t x, double t,
                 std::size_t k) {
  Measured m;
  m.expected = {row, Softmax(row, 1), KeepTop(Softmax(row, t), k), x};
  const TemperedRow tempered(row, t, k);
  MeasureSide({.row = row,
               .target = static_cast<TokenId>(x),
               .drawn = tempered.step().Draw().id,
               .epsilon = kEpsilon},
              tempered.as_logged(), tempered.step().distribution(), m.kept,
              m.side);
  return m;
}

std::vector<float> RandomRow(std::mt19937& random, std::size_t width) {
  std::vector<float> row;
  for (std::size_t i = 0; i < width; ++i) {
    // Multiples of 1/4: ties happen.
    row.push_back(static_cast<float>(random() % 48) / 4.0F);
  }
  return row;
}

TEST(RowMetrics, OfASideAreTheirDefinitions) {
  std::mt19937 random(5);
  for (int trial = 0; trial < 300; ++trial) {
    const std::vector<float> row = RandomRow(random, 2 + random() % 60);
    const std::size_t x = random() % row.size();
    const double t = 0.25 * static_cast<double>(1 + random() % 12);
    const std::size_t k = 1 + random() % row.size();
    const Measured m = Measure(row, x, t, k);
    for (std::size_t c = 0; c < CountOf<SideColumn>(); ++c) {
      const auto column = static_cast<SideColumn>(c);
      const double found = m.side.values[column];
      const Real expected =
          column == SideColumn::kSame
              ? Real(m.side.token == static_cast<TokenId>(x) ? 1 : 0)
              : Expected(m.expected, column);
      EXPECT_EQ(std::isnan(found), std::isnan(m.side.highs[column]));
      if (std::isnan(expected)) {
        EXPECT_TRUE(std::isnan(found)) << c;
      } else if (std::isinf(expected)) {
        EXPECT_TRUE(std::isinf(found)) << c;
      } else {
        EXPECT_NEAR(found, static_cast<double>(expected),
                    1e-12 * (1 + std::fabs(static_cast<double>(expected))))
            << "column " << c << " trial " << trial;
      }
    }
  }
}

TEST(RowMetrics, OfAPairAreTheirDefinitions) {
  std::mt19937 random(6);
  for (int trial = 0; trial < 300; ++trial) {
    const std::size_t width = 2 + random() % 60;
    const std::vector<float> row = RandomRow(random, width);
    const std::vector<float> other =
        trial % 2 == 0 ? row : RandomRow(random, width);
    const Measured a =
        Measure(row, 0, 0.25 + 0.25 * (trial % 7), 1 + random() % width);
    const Measured b = Measure(other, 0, 1, 1 + random() % width);
    const std::vector<Real>& p = a.expected.q;
    const std::vector<Real>& q = b.expected.q;
    const auto pair = MeasurePair(a.kept, a.side, b.kept, b.side);
    for (std::size_t c = 0; c < CountOf<PairColumn>(); ++c) {
      const auto column = static_cast<PairColumn>(c);
      if (column == PairColumn::kDrawDiffers) continue;
      const Real value = ExpectedOfPair(p, q, column);
      const double found = pair[column];
      if (std::isinf(value)) {
        EXPECT_TRUE(std::isinf(found));
        continue;
      }
      EXPECT_NEAR(found, static_cast<double>(value), 1e-12)
          << "column " << c << " trial " << trial;
    }
  }
}

}  // namespace
}  // namespace sampler::tools
