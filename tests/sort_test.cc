#include "sampler/kernels/sort.h"

#include <algorithm>
#include <cstdint>
#include <random>
#include <vector>

#include "gtest/gtest.h"
#include "sampler/kernels/select.h"
#include "tests/test_share.h"

namespace sampler::kernels {
namespace {

// Keys of `kind` from random bits.
std::uint64_t Key(int kind, std::uint64_t bits) {
  switch (kind) {
    case 0:
      return bits;
    case 1:  // Ties everywhere.
      return bits % 5;
    case 2:
      return 77;
    case 3:  // As made of f32 logits.
      return OrderedKey(static_cast<float>(bits % 4000) / 100.0f - 20.0f);
    case 4:  // The ends of the digits.
      return std::uint64_t{1} << (bits % 64);
    default:
      return bits % 2 == 0 ? 0 : ~std::uint64_t{0};
  }
}

void ExpectSorted(const std::vector<std::uint64_t>& keys,
                  SortScratch& scratch) {
  std::vector<std::uint32_t> want(keys.size());
  for (std::uint32_t i = 0; i < keys.size(); ++i) want[i] = i;
  std::stable_sort(want.begin(), want.end(),
                   [&](auto a, auto b) { return keys[a] > keys[b]; });
  const absl::Span<const RankedKey> got = SortDescending(keys, scratch);
  ASSERT_EQ(got.size(), want.size());
  for (std::size_t i = 0; i < want.size(); ++i) {
    ASSERT_EQ(got[i].position, want[i]) << i;
    ASSERT_EQ(got[i].key, keys[want[i]]) << i;
  }
}

TEST(SortDescending, EqualsAStableSort) {
  std::mt19937_64 random(1);
  SortScratch scratch;  // Reused, as in a workspace.
  for (int kind = 0; kind < 6; ++kind) {
    for (const std::size_t n :
         {0u, 1u, 2u, 3u, 511u, 512u, 513u, 2047u, 2048u, 2049u, 10'000u}) {
      std::vector<std::uint64_t> keys(n);
      for (std::uint64_t& key : keys) key = Key(kind, random());
      ExpectSorted(keys, scratch);
      std::sort(keys.begin(), keys.end());
      ExpectSorted(keys, scratch);
      std::reverse(keys.begin(), keys.end());
      ExpectSorted(keys, scratch);
      if (testing::Test::HasFatalFailure()) FAIL() << kind << " " << n;
    }
  }
}

TEST(SortDescending, EqualsAStableSortOnAWholeVocabulary) {
  std::mt19937_64 random(2);
  SortScratch scratch;
  for (int kind = 0; kind < 6; ++kind) {
    std::vector<std::uint64_t> keys(static_cast<std::size_t>(Share(262'144)));
    for (std::uint64_t& key : keys) key = Key(kind, random());
    ExpectSorted(keys, scratch);
  }
}

}  // namespace
}  // namespace sampler::kernels
