// The draw: injected bits at every boundary, and exhaustive enumeration.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "gtest/gtest.h"
#include "sampler/pipeline.h"
#include "tests/support/pipelines.h"
#include "tests/support/test_share.h"

namespace sampler::draw_test {
namespace {

constexpr std::uint64_t kLastBits = std::numeric_limits<std::uint64_t>::max();
constexpr double kLn2 = 0.69314718055994530942;

using Row = std::vector<double>;

// The least bits that stand for a place of at least `place`: ceil(place * 2^64
// / total).
std::uint64_t LeastBits(Mass place, Mass total) {
  std::uint64_t low = 0;
  std::uint64_t high = kLastBits;
  while (low < high) {
    const std::uint64_t middle = low + (high - low) / 2;
    if (PlaceOfBits(middle, total) >= place) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low;
}

// The definition, on weights.
TokenId Walk(const Distribution& d, std::size_t size, std::uint64_t bits) {
  const Mass place = PlaceOfBits(bits, d.TotalMass());
  Mass running = 0;
  for (std::size_t id = 0; id < size; ++id) {
    running += d.WeightOf(static_cast<TokenId>(id));
    if (running > place) return static_cast<TokenId>(id);
  }
  return -1;
}

TEST(Draw, MeetsEveryBoundaryAndItsNeighbours) {
  const Row rows[] = {{1.0, 2.0, 3.0, 0.5},
                      {-60.0, 0.0, -60.0, -1.0, -60.0},  // Weightless edges.
                      {-35.9, 0.0, -35.0, -36.0},
                      {0.0, 0.0, 0.0},
                      {7.0},
                      {-kLn2, -2 * kLn2, -3 * kLn2, -3 * kLn2}};
  for (const Row& row : rows) {
    const Pipeline pipeline =
        MakePipeline("", static_cast<std::int64_t>(row.size()));
    Workspace workspace;
    const Distribution d = pipeline.Process(
        absl::Span<const double>(row),
        MakeSequence(static_cast<std::int64_t>(row.size())), workspace);
    const Mass total = d.TotalMass();
    std::vector<std::uint64_t> bits = {0, 1, std::uint64_t{1} << 63,
                                       kLastBits - 1, kLastBits};
    Mass running = 0;
    for (std::size_t id = 0; id < row.size(); ++id) {
      running += d.WeightOf(static_cast<TokenId>(id));
      if (running == 0 || running >= total) continue;
      const std::uint64_t edge = LeastBits(running, total);
      for (const std::uint64_t b : {edge - 1, edge, edge + 1}) {
        bits.push_back(b);
      }
    }
    for (const std::uint64_t b : bits) {
      const TokenId id = d.Draw(b);
      EXPECT_EQ(id, Walk(d, row.size(), b)) << b;
      EXPECT_GT(d.WeightOf(id), 0u) << b;
    }
  }
}

TEST(Draw, GivesEveryTokenExactlyItsShareOfAllCoins) {
  // Weights that sum to a power of two: 2^b equidistant coins hit each token
  // exactly as often as it weighs. No statistics.
  const std::vector<std::vector<int>> exponents = {
      {1, 2, 3, 3}, {3, 3, 2, 1}, {2, 2, 2, 2},
      {3, 1, 3, 2}, {0},          {1, 2, 4, 4, 5, 6, 6, 4}};
  for (const std::vector<int>& halvings : exponents) {
    Row row = {-100.0};  // Weightless tokens at both ends and in between.
    for (const int e : halvings) {
      row.push_back(-kLn2 * e);
      row.push_back(-std::numeric_limits<double>::infinity());
    }
    const Pipeline pipeline =
        MakePipeline("", static_cast<std::int64_t>(row.size()));
    Workspace workspace;
    const Distribution d = pipeline.Process(
        absl::Span<const double>(row),
        MakeSequence(static_cast<std::int64_t>(row.size())), workspace);
    constexpr int kBits = 14;
    std::vector<int> hits(row.size());
    for (std::uint64_t coin = 0; coin < (1u << kBits); ++coin) {
      const TokenId id = d.Draw(coin << (64 - kBits));
      // The last coin of the same cell agrees.
      ASSERT_EQ(id, d.Draw((coin << (64 - kBits)) +
                           ((std::uint64_t{1} << (64 - kBits)) - 1)));
      ++hits[static_cast<std::size_t>(id)];
    }
    for (std::size_t i = 0; i < halvings.size(); ++i) {
      EXPECT_EQ(hits[1 + 2 * i], (1 << kBits) >> halvings[i]);
    }
  }
}

TEST(Draw, ReachesEveryTokenOfAFlatVocabulary) {
  constexpr std::size_t kSize = 262144;
  const std::vector<float> row(kSize, 1.25f);
  const Pipeline pipeline = MakePipeline("", kSize);
  Workspace workspace;
  const Distribution d = pipeline.Process(absl::Span<const float>(row),
                                          MakeSequence(kSize), workspace);
  // Coins (i + 1/2) / V, and the two ends of each cell. (Draw is linear in V,
  // so a share of the ids.)
  const std::size_t step =
      std::max<std::size_t>(1, kSize / static_cast<std::size_t>(Share(4096)));
  constexpr std::uint64_t kCell = (std::uint64_t{1} << 46);
  for (std::size_t i = 0; i < kSize; i += step) {
    for (const std::uint64_t within :
         {std::uint64_t{0}, kCell / 2, kCell - 1}) {
      ASSERT_EQ(d.Draw(i * kCell + within), static_cast<TokenId>(i));
    }
  }
  EXPECT_EQ(d.Draw(kLastBits), static_cast<TokenId>(kSize - 1));
  EXPECT_EQ(d.Draw(0), 0);
}

TEST(Draw, ReachesEveryTokenOfASmallerFlatVocabulary) {
  // All ids, V no power of two.
  constexpr std::size_t kSize = 5003;
  const std::vector<float> row(kSize, -3.0f);
  const Pipeline pipeline = MakePipeline("", kSize);
  Workspace workspace;
  const Distribution d = pipeline.Process(absl::Span<const float>(row),
                                          MakeSequence(kSize), workspace);
  for (std::size_t i = 0; i < kSize; ++i) {
    const long double u = (static_cast<long double>(i) + 0.5L) / kSize;
    ASSERT_EQ(d.Draw(static_cast<std::uint64_t>(u * 0x1p64L)),
              static_cast<TokenId>(i));
  }
}

TEST(Draw, ReachesTheThinnestTail) {
  // A peak at id 0 and a token of weight 1 behind it: 2^-51 of the mass.
  const Row row = {0.0, -36.04};
  const Pipeline pipeline = MakePipeline("", 2);
  Workspace workspace;
  const Distribution d = pipeline.Process(absl::Span<const double>(row),
                                          MakeSequence(2), workspace);
  ASSERT_EQ(d.WeightOf(1), 1u);
  const std::uint64_t edge = LeastBits(kLikeliestWeight, d.TotalMass());
  EXPECT_EQ(d.Draw(edge - 1), 0);
  EXPECT_EQ(d.Draw(edge), 1);
  EXPECT_EQ(d.Draw(kLastBits), 1);
}

TEST(Draw, HitsTailsAtTheirRate) {
  // One peak, V - 1 tokens at gap g below it: total loss of the tail, as by
  // float32 noise, would show as 0 hits.
  for (const double gap : {14.0, 18.0, 22.0, 26.0, 30.0, 34.0, 36.0}) {
    Row row(262'144, -gap);
    row[4321] = 0.0;
    const Pipeline pipeline = MakePipeline("", 262'144);
    Workspace workspace;
    const Distribution d = pipeline.Process(absl::Span<const double>(row),
                                            MakeSequence(262'144), workspace);
    const long double tails =
        262'143 * std::exp(-static_cast<long double>(gap));
    const auto peak = static_cast<double>(1 / (1 + tails));
    // The place of a coin alone tells: count coins outside the peak.
    const std::uint64_t begin =
        LeastBits(Mass{d.WeightOf(0)} * 4321, d.TotalMass());
    const std::uint64_t end =
        LeastBits(Mass{d.WeightOf(0)} * 4321 + kLikeliestWeight, d.TotalMass());
    EXPECT_NE(d.Draw(begin - 1), 4321);
    EXPECT_EQ(d.Draw(begin), 4321);
    EXPECT_EQ(d.Draw(end - 1), 4321);
    EXPECT_NE(d.Draw(end), 4321);
    // Every weight is within one unit of its exponential.
    EXPECT_NEAR(static_cast<double>(end - begin) * 0x1p-64, peak,
                262'144 * 0x1p-51);
  }
}

}  // namespace
}  // namespace sampler::draw_test
