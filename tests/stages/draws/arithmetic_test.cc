// arithmetic: intervals that tile, codes that go on, evenly spread codes.

#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "sampler/arithmetic/code_interval.h"
#include "sampler/random/random.h"
#include "tests/support/chi_square.h"
#include "tests/support/pipelines.h"
#include "tests/support/rows.h"
#include "tests/support/test_share.h"

namespace sampler::arithmetic_test {
namespace {

using Row = std::vector<double>;

constexpr double kFalseAlarm = 1e-6;
constexpr double kBelowOne = 1.0 - 0x1p-53;

std::string Stage(const std::string& order) {
  return R"({"type": "arithmetic", "order": ")" + order + "\"}";
}

Token SampleAt(const Pipeline& pipeline, const Row& row,
               std::optional<double> u) {
  static thread_local Workspace workspace;
  return pipeline.Sample(absl::Span<const double>(row),
                         MakeSequence(static_cast<std::int64_t>(row.size())),
                         workspace, {.uniform = u});
}

TEST(Arithmetic, TilesTheUnitIntervalExactly) {
  const Row rows[] = {{1.0, 2.0, 3.0, 0.5},
                      {-60.0, 0.0, -60.0, -1.0, -60.0},
                      {0.0, 0.0, 0.0},
                      {7.0},
                      {-35.9, 0.0, -35.0, -36.0}};
  for (const std::string order : {"id", "rank"}) {
    for (const Row& row : rows) {
      const Pipeline pipeline =
          MakePipeline(Stage(order), static_cast<std::int64_t>(row.size()));
      // From the interval of 0 to the one that ends at 1: each next one is
      // found at the end of the last.
      double u = 0.0;
      Mass end = 0;
      double end_as_double = 0.0;
      std::size_t tokens = 0;
      for (; tokens <= row.size(); ++tokens) {
        const Token token = SampleAt(pipeline, row, u);
        ASSERT_EQ(token.status, RowStatus::kOk);
        const CodeInterval& i = token.interval;
        EXPECT_EQ(i.low, end);
        EXPECT_EQ(i.Low(), end_as_double);
        EXPECT_GT(i.high, i.low);
        EXPECT_TRUE(i.Contains(u));
        end = i.high;
        end_as_double = i.High();
        if (i.high == i.total) break;
        // The least double beyond the end.
        u = end_as_double;
        while (MostMass(u, i.total) < end) u = std::nextafter(u, 1.0);
        while (MostMass(std::nextafter(u, 0.0), i.total) >= end) {
          u = std::nextafter(u, 0.0);
        }
      }
      EXPECT_EQ(end_as_double, 1.0);
    }
  }
}

TEST(Arithmetic, WalksByIdOrByRank) {
  const Row row = Logs({0.25, 0.5, 0.25});
  EXPECT_EQ(SampleAt(MakePipeline(Stage("id"), 3), row, 0.0).id, 0);
  EXPECT_EQ(SampleAt(MakePipeline(Stage("rank"), 3), row, 0.0).id, 1);
  EXPECT_EQ(SampleAt(MakePipeline(Stage("rank"), 3), row, 0.6).id, 0);
  EXPECT_EQ(SampleAt(MakePipeline(Stage("id"), 3), row, kBelowOne).id, 2);
}

TEST(Arithmetic, ReplaysFromItsCode) {
  // u' of the interval leads back to u.
  const Row row = {0.3, 1.0, -2.0, 0.9, 0.0};
  const Pipeline pipeline = MakePipeline(Stage("id"), 5);
  for (int k = 0; k < 1000; ++k) {
    const double u = k / 1000.0;
    const CodeInterval i = SampleAt(pipeline, row, u).interval;
    const double next = i.Next(u);
    ASSERT_GE(next, 0.0);
    ASSERT_LT(next, 1.0);
    ASSERT_NEAR(i.Low() + next * (i.High() - i.Low()), u, 1e-15);
  }
}

// Defect: tail mass lost where probabilities or code points are coarse. Masses
// here are counted in units of 2^-51 of the head's.
TEST(Arithmetic, GivesTailTokensTheirMassAtEveryGap) {
  for (double gap = 14; gap <= 40; gap += 0.5) {
    const Row row = {-gap, 0.0};
    const Pipeline pipeline = MakePipeline(Stage("id"), 2);
    const Token first = SampleAt(pipeline, row, 0.0);
    const double mass = std::exp(-gap) / (1.0 + std::exp(-gap));
    if (mass < 0x1p-52) {
      EXPECT_EQ(first.id, 1) << gap;
      continue;
    }
    ASSERT_EQ(first.id, 0) << gap;
    const double high = first.interval.High();
    EXPECT_NEAR(high, mass, 0x1p-52) << gap;
    // Up to its end, and not beyond.
    EXPECT_EQ(SampleAt(pipeline, row, high * (1 - 1e-9)).id, 0) << gap;
    EXPECT_EQ(SampleAt(pipeline, row, high * (1 + 1e-9)).id, 1) << gap;
  }
}

TEST(Arithmetic, HandlesTheEndsOfTheDoubles) {
  const Row row = {0.0, 1.0};
  const Pipeline pipeline = MakePipeline(Stage("id"), 2);
  for (const double u :
       {0.0, -0.0, 5e-324, 1e-300, 0x1p-80, 0x1p-75, kBelowOne}) {
    const Token token = SampleAt(pipeline, row, u);
    ASSERT_EQ(token.status, RowStatus::kOk) << u;
    EXPECT_EQ(token.id, u < 0.5 ? 0 : 1);
    EXPECT_TRUE(token.interval.Contains(u));
    const double next = token.interval.Next(u);
    EXPECT_GE(next, 0.0);
    EXPECT_LT(next, 1.0);
  }
}

TEST(Arithmetic, WantsACodePoint) {
  const Pipeline pipeline = MakePipeline(Stage("id"), 2);
  EXPECT_EQ(SampleAt(pipeline, {1, 2}, std::nullopt).status,
            RowStatus::kMissingInput);
  for (const double u :
       {-0x1p-60, 1.0, 2.0, std::numeric_limits<double>::infinity(),
        std::numeric_limits<double>::quiet_NaN()}) {
    EXPECT_EQ(SampleAt(pipeline, {1, 2}, u).status, RowStatus::kWrongInput);
  }
}

TEST(Arithmetic, GivesATokenItsShareOfEvenlySpreadCodes) {
  const Row row = Logs({0.125, 0.25, 0.5, 0.125});
  const Pipeline pipeline = MakePipeline(Stage("id"), 4);
  std::map<TokenId, int> hits;
  for (std::int64_t i = 0; i < 64; ++i) {
    ++hits[SampleAt(pipeline, row, ParallelCode(i, 64, 0.5)).id];
  }
  EXPECT_EQ(hits, (std::map<TokenId, int>{{0, 8}, {1, 16}, {2, 32}, {3, 8}}));
}

// Over the shared shift, each of n codes has the law of the row.
TEST(Arithmetic, IsUnbiasedOverTheShift) {
  const std::vector<float> f = MakeRow(RowKind::kZipf, 200, 1);
  const Row row(f.begin(), f.end());
  const Pipeline pipeline = MakePipeline(Stage("id"), 200);
  Workspace workspace;
  const Distribution d =
      pipeline.Process(absl::Span<const double>(row), MakeSequence(200),
                       workspace, {.uniform = 0.0});
  const int n = Share(20000);
  for (const std::int64_t code : {0, 2}) {
    Row observed(200), expected(200);
    for (int k = 0; k < n; ++k) {
      const double shift = ToFraction(
          Coins(5, 0, static_cast<std::uint32_t>(k)).Bits(Purpose::kTokenDraw));
      ++observed[static_cast<std::size_t>(
          SampleAt(pipeline, row, ParallelCode(code, 3, shift)).id)];
    }
    // The code lies in a third of [0, 1): so does its share of each token.
    const double low = static_cast<double>(code) / 3;
    double running = 0;
    for (std::size_t i = 0; i < 200; ++i) {
      const double p = d.Probability(static_cast<TokenId>(i));
      const double overlap =
          std::min(running + p, low + 1.0 / 3) - std::max(running, low);
      expected[i] = 3 * n * std::max(0.0, overlap);
      running += p;
    }
    const ChiSquare chi = PooledChiSquare(observed, expected);
    EXPECT_LT(chi.statistic, ChiSquareQuantile(chi.degrees, kFalseAlarm / 2));
  }
}

TEST(CodeInterval, EndsWhereTheNextOneBegins) {
  const CodeInterval first = {.low = 0, .high = 2, .total = 4};
  const CodeInterval second = {.low = 2, .high = 4, .total = 4};
  EXPECT_TRUE(first.Contains(std::nextafter(0.5, 0.0)));
  EXPECT_FALSE(first.Contains(0.5));
  EXPECT_TRUE(second.Contains(0.5));
}

TEST(ParallelCode, StaysBelowOne) {
  EXPECT_EQ(ParallelCode(0, 4, 0.0), 0.0);
  EXPECT_EQ(ParallelCode(3, 4, 0.5), 0.875);
  EXPECT_LT(ParallelCode(2, 3, kBelowOne), 1.0);
  EXPECT_LT(ParallelCode(999999, 1000000, kBelowOne), 1.0);
}

}  // namespace
}  // namespace sampler::arithmetic_test
