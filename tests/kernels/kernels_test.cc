#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "sampler/kernels/block.h"
#include "sampler/kernels/select.h"
#include "tests/support/test_share.h"

namespace sampler::kernels {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

// ---- Summarize and weights -------------------------------------------------

TEST(Summarize, EqualsAPlainLoop) {
  std::mt19937_64 random(1);
  const double special[] = {kInfinity, -kInfinity, kNan,   0.0,
                            -0.0,      1e308,      -1e308, 5e-324};
  for (int round = 0; round < Share(20000); ++round) {
    std::vector<double> values(random() % 65);
    const std::uint64_t special_share = 1 + random() % 20;
    for (double& v : values) {
      v = random() % special_share == 0
              ? special[random() % std::size(special)]
              : static_cast<double>(random() % 1000) - 500.0;
    }
    BlockSummary slow{-kInfinity, kInfinity, 0, false};
    for (const double v : values) {
      slow.has_nan |= std::isnan(v);
      if (!std::isnan(v)) slow.max = std::max(slow.max, v);
      if (std::isfinite(v)) {
        slow.min_finite = std::min(slow.min_finite, v);
        ++slow.finite;
      }
    }
    const BlockSummary fast = Summarize(values.data(), values.size());
    ASSERT_EQ(fast.max, slow.max);
    ASSERT_EQ(fast.min_finite, slow.min_finite);
    ASSERT_EQ(fast.finite, slow.finite);
    ASSERT_EQ(fast.has_nan, slow.has_nan);
  }
}

TEST(Summarize, SeesANanInEverySlotOfABlock) {
  for (std::size_t count = 1; count <= kBlockSize; ++count) {
    for (std::size_t at = 0; at < count; ++at) {
      std::vector<double> values(count, 1.0);
      values[at] = kNan;
      const BlockSummary s = Summarize(values.data(), count);
      EXPECT_TRUE(s.has_nan);
      EXPECT_EQ(s.finite, count - 1);
      EXPECT_EQ(s.max, count == 1 ? -kInfinity : 1.0);
    }
  }
}

TEST(ComputeWeights, AreWithinOneOfTheRoundedExponential) {
  std::mt19937_64 random(2);
  for (int i = 0; i < Share(300000); ++i) {
    const double max = static_cast<double>(random() % 200) - 100.0;
    const double value =
        max - static_cast<double>(random() >> 11) * 0x1p-53 * 40.0;
    const long double exact =
        std::rint(std::exp(static_cast<long double>(value - max)) * 0x1p51L);
    const Weight w = ComputeWeight(value, max);
    ASSERT_LE(std::fabs(static_cast<long double>(w) - exact), 1.0L) << value;
  }
}

TEST(ComputeWeights, GiveTheHeadExactlyItsWeight) {
  for (const double max : {0.0, -0.0, 1.0, -1e308, 1e308, 5e-324, 88.5}) {
    EXPECT_EQ(ComputeWeight(max, max), kLikeliestWeight);
  }
  EXPECT_EQ(ComputeWeight(0.0, -0.0), kLikeliestWeight);
  EXPECT_EQ(ComputeWeight(-0.0, 0.0), kLikeliestWeight);
  EXPECT_EQ(ComputeWeight(-5e-324, 0.0), kLikeliestWeight);
}

TEST(ComputeWeights, VanishFarBelowTheMaximum) {
  // w rounds to 0 below ln(2^-52) = -36.0437.
  EXPECT_EQ(ComputeWeight(-36.05, 0.0), 0u);
  EXPECT_EQ(ComputeWeight(-36.04, 0.0), 1u);
  EXPECT_EQ(ComputeWeight(-kZeroWeightGap, 0.0), 0u);
  for (const double x :
       {-50.0, -64.0, -65.0, -700.0, -750.0, -1e5, -1e308, -kInfinity}) {
    EXPECT_EQ(ComputeWeight(x, 0.0), 0u) << x;
    EXPECT_EQ(ComputeWeight(x, 100.0), 0u) << x;
  }
  EXPECT_EQ(ComputeWeight(-1.7e308, 1.7e308), 0u);  // The gap overflows.
}

TEST(ComputeWeights, AreThoseOfSingleValues) {
  std::mt19937_64 random(3);
  for (std::size_t count = 0; count <= kBlockSize; ++count) {
    std::vector<double> values(count);
    for (double& v : values) v = -static_cast<double>(random() % 1000) / 20.0;
    std::vector<Weight> weights(count + 1, 77);
    ComputeWeights(values.data(), count, 0.5, weights.data());
    for (std::size_t i = 0; i < count; ++i) {
      EXPECT_EQ(weights[i], ComputeWeight(values[i], 0.5));
    }
    EXPECT_EQ(weights[count], 77u);  // Nothing is written past the end.
  }
}

TEST(ComputeWeights, NeverRiseAsValuesFall) {
  double x = 0.0;
  Weight last = kLikeliestWeight;
  while (x > -40.0) {
    x -= 0x1p-12;
    const Weight w = ComputeWeight(x, 0.0);
    ASSERT_LE(w, last) << x;
    last = w;
  }
}

TEST(OrderedKey, OrdersLikeTheDoubles) {
  const double ascending[] = {-kInfinity, -1e308, -1.0,  -5e-324,  0.0,
                              5e-324,     1.0,    1e308, kInfinity};
  for (std::size_t i = 1; i < std::size(ascending); ++i) {
    EXPECT_LT(OrderedKey(ascending[i - 1]), OrderedKey(ascending[i]));
  }
  EXPECT_EQ(OrderedKey(0.0), OrderedKey(-0.0));
  std::mt19937_64 random(4);
  for (int i = 0; i < Share(100000); ++i) {
    const double a = std::bit_cast<double>(random());
    const double b = std::bit_cast<double>(random());
    if (std::isnan(a) || std::isnan(b)) continue;
    ASSERT_EQ(a < b, OrderedKey(a) < OrderedKey(b));
    ASSERT_EQ(a == b, OrderedKey(a) == OrderedKey(b));
  }
}

// ---- Selection -------------------------------------------------------------

std::vector<std::uint32_t> Sorted(const Ranking& r) {
  std::vector<std::uint32_t> order(r.keys.size());
  std::iota(order.begin(), order.end(), 0u);
  if (r.tie_order == TieOrder::kHighId) {
    std::reverse(order.begin(), order.end());
  }
  std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) {
    if (r.keys[a] != r.keys[b]) return r.keys[a] > r.keys[b];
    return !r.second_keys.empty() && r.second_keys[a] > r.second_keys[b];
  });
  return order;
}

void ExpectCut(const Ranking& ranking, const std::vector<std::uint32_t>& order,
               const std::vector<Weight>& weights, Mass target, const Cut& cut,
               const std::string& what) {
  std::size_t count = 0;
  Mass mass = 0;
  do {
    mass += weights[order[count++]];
  } while (mass < target && count < order.size());
  ASSERT_EQ(cut.count, count) << what;
  ASSERT_EQ(cut.mass, mass) << what;
  ASSERT_EQ(cut.position, order[count - 1]) << what;
  ASSERT_EQ(cut.key, ranking.keys[order[count - 1]]) << what;
  if (!ranking.second_keys.empty()) {
    ASSERT_EQ(cut.second_key, ranking.second_keys[order[count - 1]]) << what;
  }
  for (std::size_t i = 0; i < order.size(); ++i) {
    ASSERT_EQ(InPrefix(ranking, cut, order[i]), i < count) << what;
  }
}

// Tries counts and masses around every place that matters.
void ExpectLikeSorting(const std::vector<std::uint64_t>& keys,
                       const std::vector<std::uint64_t>& second_keys,
                       const std::vector<Weight>& weights,
                       std::mt19937_64& random, int targets,
                       const std::string& what) {
  SelectScratch scratch;  // Shared by all calls, as in the library.
  const std::vector<Weight> ones(keys.size(), 1);
  Mass total = 0;
  for (const Weight w : weights) total += w;
  for (const TieOrder tie_order : {TieOrder::kLowId, TieOrder::kHighId}) {
    const Ranking ranking{keys, second_keys, tie_order};
    const std::vector<std::uint32_t> order = Sorted(ranking);
    std::vector<std::size_t> counts = {1, keys.size()};
    for (const std::size_t n : {2u, 255u, 256u, 257u}) {
      if (n <= keys.size()) counts.push_back(n);
    }
    for (int i = 0; i < targets; ++i) {
      counts.push_back(1 + random() % keys.size());
    }
    for (const std::size_t n : counts) {
      ExpectCut(ranking, order, ones, n, CutAtCount(ranking, n, scratch),
                what + ", count");
    }
    // The empty target means one item; what exceeds the total, all of them.
    std::vector<Mass> masses = {0,         1,         total,
                                total + 1, total / 2, Mass{1} << 80};
    if (total > 0) masses.push_back(total - 1);
    for (int i = 0; i < targets; ++i) {
      Mass running = 0;  // A boundary and its neighbours.
      const std::size_t end = random() % (keys.size() + 1);
      for (std::size_t j = 0; j < end; ++j) running += weights[order[j]];
      masses.push_back(running);
      masses.push_back(running + 1);
      if (running > 0) masses.push_back(running - 1);
    }
    for (const Mass target : masses) {
      ExpectCut(ranking, order, weights, target,
                CutAtMass(ranking, weights, target, scratch), what + ", mass");
      if (testing::Test::HasFatalFailure()) return;
    }
  }
}

using KeyMaker = std::uint64_t (*)(std::size_t i, std::size_t n,
                                   std::mt19937_64& random);
struct Keys {
  const char* name;
  KeyMaker make;
};

const Keys kKeys[] = {
    {"random",
     [](std::size_t, std::size_t, std::mt19937_64& r) { return r(); }},
    {"doubles",
     [](std::size_t, std::size_t, std::mt19937_64& r) {
       return OrderedKey(static_cast<double>(r() % 100000) / 7.0 - 7000.0);
     }},
    {"three values",
     [](std::size_t, std::size_t, std::mt19937_64& r) {
       return OrderedKey(static_cast<double>(r() % 3));
     }},
    {"ascending",
     [](std::size_t i, std::size_t, std::mt19937_64&) -> std::uint64_t {
       return i;
     }},
    {"descending",
     [](std::size_t i, std::size_t n, std::mt19937_64&) -> std::uint64_t {
       return n - i;
     }},
    {"constant",
     [](std::size_t, std::size_t, std::mt19937_64&) -> std::uint64_t {
       return 0x8123456789abcdef;
     }},
    {"all ones or zeros",
     [](std::size_t, std::size_t, std::mt19937_64& r) {
       return r() % 2 == 0 ? 0 : ~std::uint64_t{0};
     }},
    {"last bits only",
     [](std::size_t, std::size_t, std::mt19937_64& r) {
       return (std::uint64_t{0xabcdef} << 40) | r() % 512;
     }},
    {"neighbouring doubles",
     [](std::size_t, std::size_t, std::mt19937_64& r) {
       return OrderedKey(1.0) + r() % 4;
     }},
    {"one outlier",
     [](std::size_t i, std::size_t n, std::mt19937_64&) -> std::uint64_t {
       return i + 1 == n ? ~std::uint64_t{0} : 5;
     }},
};

Weight SomeWeight(int kind, std::uint64_t key, std::mt19937_64& random) {
  switch (kind) {
    case 0:
      return random() % (kLikeliestWeight + 1);
    case 1:  // Mostly weightless, the best included.
      return random() % 10 == 0 ? random() % 100 : 0;
    case 2:
      return key % 1000;
    default:
      return kLikeliestWeight;
  }
}

TEST(Cut, EqualsSortingOnSmallRankings) {
  std::mt19937_64 random(5);
  for (const Keys& kind : kKeys) {
    for (const std::size_t n :
         {1u, 2u, 3u, 17u, 255u, 256u, 257u, 300u, 1000u, 2049u}) {
      for (int weight_kind = 0; weight_kind < 4; ++weight_kind) {
        std::vector<std::uint64_t> keys(n), second_keys(n);
        std::vector<Weight> weights(n);
        for (std::size_t i = 0; i < n; ++i) {
          keys[i] = kind.make(i, n, random);
          second_keys[i] = kind.make(i, n, random);
          weights[i] = SomeWeight(weight_kind, keys[i], random);
        }
        const std::string what = std::string(kind.name) + ", " +
                                 std::to_string(n) + " items, weights " +
                                 std::to_string(weight_kind);
        ExpectLikeSorting(keys, {}, weights, random, Share(10), what);
        ExpectLikeSorting(keys, second_keys, weights, random, Share(10),
                          what + ", second keys");
        if (testing::Test::HasFatalFailure()) return;
      }
    }
  }
}

TEST(Cut, EqualsSortingOnWholeVocabularies) {
  std::mt19937_64 random(6);
  for (const Keys& kind : kKeys) {
    const std::size_t n = static_cast<std::size_t>(Share(300000));
    std::vector<std::uint64_t> keys(n), second_keys(n);
    std::vector<Weight> weights(n);
    for (std::size_t i = 0; i < n; ++i) {
      keys[i] = kind.make(i, n, random);
      second_keys[i] = random() % 1000;
      weights[i] = SomeWeight(static_cast<int>(i % 3), keys[i], random);
    }
    ExpectLikeSorting(keys, {}, weights, random, 1, kind.name);
    ExpectLikeSorting(keys, second_keys, weights, random, 1,
                      std::string(kind.name) + ", second keys");
    if (testing::Test::HasFatalFailure()) return;
  }
}

TEST(Cut, HandlesAMillionHeads) {
  // The largest mass there is: 2^20 * 2^51.
  const std::size_t n = std::size_t{1} << 20;
  const std::vector<std::uint64_t> keys(n, OrderedKey(1.5));
  const std::vector<Weight> weights(n, kLikeliestWeight);
  SelectScratch scratch;
  const Mass total = Mass{1} << 71;
  Cut cut = CutAtMass({keys}, weights, total, scratch);
  EXPECT_EQ(cut.count, n);
  EXPECT_EQ(cut.mass, total);
  cut =
      CutAtMass({keys, {}, TieOrder::kHighId}, weights, total / 2 + 1, scratch);
  EXPECT_EQ(cut.count, n / 2 + 1);
  EXPECT_EQ(cut.position, n / 2 - 1);
}

}  // namespace
}  // namespace sampler::kernels
