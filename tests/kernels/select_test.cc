// A cut is where sorting and a running sum end, for counts and masses, ties and
// second values, on every instruction set.

#include "sampler/kernels/select.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "sampler/kernels/dispatch.h"
#include "tests/support/test_share.h"

namespace sampler::kernels::select_test {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

TEST(OrderedKey, OrdersLikeTheDoubles) {
  const double ascending[] = {-kInfinity, -1e308, -1.0,  -5e-324,  0.0,
                              5e-324,     1.0,    1e308, kInfinity};
  for (std::size_t i = 1; i < std::size(ascending); ++i) {
    EXPECT_LT(OrderedKey(ascending[i - 1]), OrderedKey(ascending[i]));
  }
  EXPECT_EQ(OrderedKey(0.0), OrderedKey(-0.0));
  for (const double value : ascending) {
    EXPECT_EQ(ValueOfKey(OrderedKey(value)), value);
  }
  std::mt19937_64 random(4);
  for (int i = 0; i < Share(100000); ++i) {
    const double a = std::bit_cast<double>(random());
    const double b = std::bit_cast<double>(random());
    if (std::isnan(a) || std::isnan(b)) continue;
    ASSERT_EQ(a < b, OrderedKey(a) < OrderedKey(b));
    ASSERT_EQ(a == b, OrderedKey(a) == OrderedKey(b));
  }
}

class CutTest : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override { ASSERT_TRUE(UseSimdTarget(GetParam())); }
  void TearDown() override { UseSimdTarget(SimdTargets().front()); }
};

std::vector<std::uint32_t> Sorted(const Ranking& r) {
  std::vector<std::uint32_t> order(r.values.size());
  std::iota(order.begin(), order.end(), 0u);
  if (r.tie_order == TieOrder::kHighId) {
    std::reverse(order.begin(), order.end());
  }
  std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) {
    if (r.values[a] != r.values[b]) return r.values[a] > r.values[b];
    return !r.second_values.empty() && r.second_values[a] > r.second_values[b];
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
  ASSERT_EQ(cut.value, ranking.values[order[count - 1]]) << what;
  if (!ranking.second_values.empty()) {
    ASSERT_EQ(cut.second_value, ranking.second_values[order[count - 1]])
        << what;
  }
  for (std::size_t i = 0; i < order.size(); ++i) {
    ASSERT_EQ(InPrefix(ranking, cut, order[i]), i < count) << what;
  }
}

// A rough floor is reached by the first `count` values, and not far below the
// last of them, unless many are equal to it.
void ExpectFloor(const std::vector<double>& values, std::size_t count,
                 double exact, double floor, const std::string& what) {
  const auto reaching = [&](double least) {
    return static_cast<std::size_t>(
        std::count_if(values.begin(), values.end(),
                      [=](double value) { return value >= least; }));
  };
  ASSERT_LE(floor, exact) << what;
  ASSERT_LE(reaching(floor), std::max(reaching(exact), 2 * count)) << what;
}

// Tries counts and masses around every place that matters.
void ExpectLikeSorting(const std::vector<double>& values,
                       const std::vector<double>& second_values,
                       const std::vector<Weight>& weights,
                       std::mt19937_64& random, int targets,
                       const std::string& what) {
  SelectScratch scratch;  // Shared by all calls, as in the library.
  const std::vector<Weight> ones(values.size(), 1);
  Mass total = 0;
  for (const Weight w : weights) total += w;
  for (const TieOrder tie_order : {TieOrder::kLowId, TieOrder::kHighId}) {
    const Ranking ranking{values, second_values, tie_order};
    const std::vector<std::uint32_t> order = Sorted(ranking);
    std::vector<std::size_t> counts = {1, values.size()};
    for (const std::size_t n : {2u, 7u, 8u, 9u, 257u}) {
      if (n <= values.size()) counts.push_back(n);
    }
    for (int i = 0; i < targets; ++i) {
      counts.push_back(1 + random() % values.size());
    }
    for (const std::size_t n : counts) {
      ExpectCut(ranking, order, ones, n, CutAtCount(ranking, n, scratch),
                what + ", count");
      ExpectFloor(values, n, values[order[n - 1]],
                  RoughFloorOf(values, n, scratch), what + ", floor");
    }
    // The empty target means one item; what exceeds the total, all of them.
    std::vector<Mass> masses = {0,         1,         total,
                                total + 1, total / 2, Mass{1} << 80};
    if (total > 0) masses.push_back(total - 1);
    for (int i = 0; i < targets; ++i) {
      Mass running = 0;  // A boundary and its neighbours.
      const std::size_t end = random() % (values.size() + 1);
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

using ValueMaker = double (*)(std::size_t i, std::size_t n,
                              std::mt19937_64& random);
struct Values {
  const char* name;
  ValueMaker make;
};

const Values kValues[] = {
    {"random bits",
     [](std::size_t, std::size_t, std::mt19937_64& r) {
       // All signs and exponents, and -inf.
       const double value = std::bit_cast<double>(r());
       return std::isnan(value) || value == kInfinity ? -kInfinity : value;
     }},
    {"doubles",
     [](std::size_t, std::size_t, std::mt19937_64& r) {
       return static_cast<double>(r() % 100000) / 7.0 - 7000.0;
     }},
    {"three values",
     [](std::size_t, std::size_t, std::mt19937_64& r) {
       return static_cast<double>(r() % 3);
     }},
    {"ascending", [](std::size_t i, std::size_t,
                     std::mt19937_64&) { return static_cast<double>(i); }},
    {"descending", [](std::size_t i, std::size_t n,
                      std::mt19937_64&) { return static_cast<double>(n - i); }},
    {"constant",
     [](std::size_t, std::size_t, std::mt19937_64&) { return -0.7; }},
    {"both ends",
     [](std::size_t, std::size_t, std::mt19937_64& r) {
       return r() % 2 == 0 ? -kInfinity : std::numeric_limits<double>::max();
     }},
    {"subnormal",
     [](std::size_t, std::size_t, std::mt19937_64& r) {
       return static_cast<double>(r() % 512) * 5e-324;
     }},
    {"two zeros", [](std::size_t, std::size_t,
                     std::mt19937_64& r) { return r() % 2 == 0 ? 0.0 : -0.0; }},
    {"neighbours",
     [](std::size_t, std::size_t, std::mt19937_64& r) {
       return 1.0 + static_cast<double>(r() % 4) * 0x1p-52;
     }},
    // Interpolation removes one item a pass; the bits have to be halved.
    {"each the square of the next",
     [](std::size_t i, std::size_t, std::mt19937_64&) {
       return std::ldexp(1.0, static_cast<int>(i % 2000) - 1000);
     }},
    {"one outlier", [](std::size_t i, std::size_t n,
                       std::mt19937_64&) { return i + 1 == n ? 1e300 : 5.0; }},
};

Weight SomeWeight(int kind, double value, std::mt19937_64& random) {
  switch (kind) {
    case 0:
      return random() % (kLikeliestWeight + 1);
    case 1:  // Mostly weightless, the best included.
      return random() % 10 == 0 ? random() % 100 : 0;
    case 2:
      return OrderedKey(value) % 1000;
    default:
      return kLikeliestWeight;
  }
}

TEST_P(CutTest, EqualsSortingOnSmallRankings) {
  std::mt19937_64 random(5);
  for (const Values& kind : kValues) {
    for (const std::size_t n :
         {1u, 2u, 3u, 17u, 255u, 256u, 257u, 300u, 1000u, 2049u}) {
      for (int weight_kind = 0; weight_kind < 4; ++weight_kind) {
        std::vector<double> values(n), second_values(n);
        std::vector<Weight> weights(n);
        for (std::size_t i = 0; i < n; ++i) {
          values[i] = kind.make(i, n, random);
          second_values[i] = kind.make(i, n, random);
          weights[i] = SomeWeight(weight_kind, values[i], random);
        }
        const std::string what = std::string(kind.name) + ", " +
                                 std::to_string(n) + " items, weights " +
                                 std::to_string(weight_kind);
        ExpectLikeSorting(values, {}, weights, random, Share(10), what);
        ExpectLikeSorting(values, second_values, weights, random, Share(10),
                          what + ", second values");
        if (testing::Test::HasFatalFailure()) return;
      }
    }
  }
}

TEST_P(CutTest, EqualsSortingOnWholeVocabularies) {
  std::mt19937_64 random(6);
  for (const Values& kind : kValues) {
    const std::size_t n = static_cast<std::size_t>(Share(300000));
    std::vector<double> values(n), second_values(n);
    std::vector<Weight> weights(n);
    for (std::size_t i = 0; i < n; ++i) {
      values[i] = kind.make(i, n, random);
      second_values[i] = static_cast<double>(random() % 1000);
      weights[i] = SomeWeight(static_cast<int>(i % 3), values[i], random);
    }
    ExpectLikeSorting(values, {}, weights, random, 1, kind.name);
    ExpectLikeSorting(values, second_values, weights, random, 1,
                      std::string(kind.name) + ", second values");
    if (testing::Test::HasFatalFailure()) return;
  }
}

TEST_P(CutTest, HandlesAMillionHeads) {
  // The largest mass there is: 2^20 * 2^51.
  const std::size_t n = std::size_t{1} << 20;
  const std::vector<double> values(n, 1.5);
  const std::vector<Weight> weights(n, kLikeliestWeight);
  SelectScratch scratch;
  const Mass total = Mass{1} << 71;
  Cut cut = CutAtMass({values}, weights, total, scratch);
  EXPECT_EQ(cut.count, n);
  EXPECT_EQ(cut.mass, total);
  cut = CutAtMass({values, {}, TieOrder::kHighId}, weights, total / 2 + 1,
                  scratch);
  EXPECT_EQ(cut.count, n / 2 + 1);
  EXPECT_EQ(cut.position, n / 2 - 1);
}

TEST_P(CutTest, MassOfIsTheSum) {
  std::mt19937_64 random(8);
  for (const std::size_t n : {0u, 1u, 7u, 8u, 100u, 4096u, 4097u, 20000u}) {
    std::vector<Weight> weights(n);
    Mass sum = 0;
    for (Weight& w : weights) sum += w = random() % (kLikeliestWeight + 1);
    EXPECT_EQ(MassOf(weights), sum) << n;
  }
}

INSTANTIATE_TEST_SUITE_P(Targets, CutTest, testing::ValuesIn([] {
                           const auto names = SimdTargets();
                           return std::vector<std::string>(names.begin(),
                                                           names.end());
                         }()),
                         [](const auto& info) { return info.param; });

}  // namespace
}  // namespace sampler::kernels::select_test
