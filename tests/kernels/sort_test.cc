#include "sampler/kernels/sort.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

#include "gtest/gtest.h"
#include "tests/support/test_share.h"

namespace sampler::kernels {
namespace {

constexpr int kKinds = 12;

// A value of `kind` from random bits; `i` is where it will be.
double Value(int kind, std::uint64_t bits, std::size_t i) {
  const double uniform = static_cast<double>(bits >> 11) * 0x1p-53;
  switch (kind) {
    case 0: {  // Any finite double, subnormal ones included.
      const double value = std::bit_cast<double>(bits);
      return std::isfinite(value) ? value : 0.0;
    }
    case 1:  // Ties everywhere.
      return static_cast<double>(bits % 5);
    case 2:
      return 77.0;
    case 3:  // As f32 logits are.
      return static_cast<float>(bits % 4000) / 100.0f - 20.0f;
    case 4:  // The ends of the digits.
      return std::ldexp(1.0, static_cast<int>(bits % 64));
    case 5:  // Further apart than a double can say.
      return bits % 2 == 0 ? -1e308 : 1e308;
    case 6:  // Both zeros, which are equal.
      return bits % 3 == 0 ? -0.0 : 0.0;
    case 7:  // A crowd that one outlier squeezes together,
      return i == 0 ? 25.0 : uniform * 1e-3;
    case 8:  // entirely.
      return i == 9 ? -37.0 : uniform * 1e-9;
    case 9:  // Every value far below the one before.
      return std::ldexp(uniform, -static_cast<int>(i % 1000));
    case 10:  // Neighbouring doubles.
      return std::bit_cast<double>(std::bit_cast<std::uint64_t>(-8.0) +
                                   bits % 7);
    default:  // Next to 0.
      return std::bit_cast<double>(bits % 9 + (bits >> 63 << 63));
  }
}

void ExpectSorted(const std::vector<double>& values, SortScratch& scratch) {
  std::vector<std::uint32_t> want(values.size());
  for (std::uint32_t i = 0; i < values.size(); ++i) want[i] = i;
  std::stable_sort(want.begin(), want.end(),
                   [&](auto a, auto b) { return values[a] > values[b]; });
  const SortedValues got = SortDescending(values, scratch);
  ASSERT_EQ(got.values.size(), want.size());
  ASSERT_EQ(got.positions.size(), want.size());
  for (std::size_t i = 0; i < want.size(); ++i) {
    ASSERT_EQ(got.positions[i], want[i]) << i;
    ASSERT_EQ(got.values[i], values[want[i]]) << i;
  }
}

TEST(SortDescending, EqualsAStableSort) {
  std::mt19937_64 random(1);
  SortScratch scratch;  // Reused, as in a workspace.
  for (int kind = 0; kind < kKinds; ++kind) {
    for (const std::size_t n :
         {0u, 1u, 2u, 3u, 95u, 96u, 97u, 2047u, 2048u, 2049u, 10'000u}) {
      std::vector<double> values(n);
      for (std::size_t i = 0; i < n; ++i) values[i] = Value(kind, random(), i);
      ExpectSorted(values, scratch);
      std::sort(values.begin(), values.end());
      ExpectSorted(values, scratch);
      std::reverse(values.begin(), values.end());
      ExpectSorted(values, scratch);
      if (testing::Test::HasFatalFailure()) FAIL() << kind << " " << n;
    }
  }
}

TEST(SortDescending, EqualsAStableSortOnAWholeVocabulary) {
  std::mt19937_64 random(2);
  SortScratch scratch;
  for (int kind = 0; kind < kKinds; ++kind) {
    std::vector<double> values(static_cast<std::size_t>(Share(262'144)));
    for (std::size_t i = 0; i < values.size(); ++i) {
      values[i] = Value(kind, random(), i);
    }
    ExpectSorted(values, scratch);
    if (testing::Test::HasFatalFailure()) FAIL() << kind;
  }
}

TEST(SortDescending, SortsAsManyAsItTakes) {
  std::mt19937_64 random(3);
  SortScratch scratch;
  std::vector<double> values(kMaxSortSize);
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = Value(3, random(), i);
  }
  ExpectSorted(values, scratch);
}

}  // namespace
}  // namespace sampler::kernels
