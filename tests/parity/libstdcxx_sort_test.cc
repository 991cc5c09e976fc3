// Sorts against libstdc++'s own, equal elements included.

#include "sampler/parity/libstdcxx_sort.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/support/test_share.h"

namespace sampler::parity {
namespace {

struct Item {
  float key;
  int id;
  bool operator==(const Item&) const = default;
};

bool Before(const Item& a, const Item& b) { return a.key > b.key; }

// Keys with many ties, in an order that tries the algorithms.
std::vector<Item> MakeItems(std::size_t n, std::mt19937_64& random) {
  std::vector<Item> items(n);
  const std::uint64_t distinct = 1 + random() % (random() % 2 == 0 ? 5 : 400);
  for (std::size_t i = 0; i < n; ++i) {
    items[i] = {static_cast<float>(random() % distinct), static_cast<int>(i)};
  }
  switch (random() % 4) {
    case 0:
      std::sort(items.begin(), items.end(), Before);
      break;
    case 1:
      std::sort(items.rbegin(), items.rend(), Before);
      break;
    default:
      break;
  }
  return items;
}

// n items that bring a median-of-three quicksort to its depth limit (Musser's
// killer sequence), `ties` of them with one key.
std::vector<Item> MakeKiller(std::size_t n, std::size_t ties) {
  std::vector<Item> items(n);
  const std::size_t half = n / 2;
  for (std::size_t i = 1; i <= n; ++i) {
    const std::size_t key = i > half     ? 2 * (i - half)
                            : i % 2 == 1 ? i
                                         : half + i - 1;
    items[i - 1] = {-static_cast<float>(key / ties), static_cast<int>(i)};
  }
  return items;
}

#ifdef __GLIBCXX__

TEST(LibstdcxxSort, LeavesEqualsWhereStdSortDoes) {
  std::mt19937_64 random(1);
  for (int i = 0; i < Share(4'000); ++i) {
    const std::size_t n = random() % (i % 10 == 0 ? 5'000 : 100);
    std::vector<Item> ours = MakeItems(n, random);
    std::vector<Item> theirs = ours;
    Sort(absl::MakeSpan(ours), Before);
    std::sort(theirs.begin(), theirs.end(), Before);
    ASSERT_EQ(ours, theirs) << n;
  }
}

TEST(LibstdcxxSort, FollowsStdSortBeyondItsDepthLimit) {
  constexpr std::size_t kSize = 20'000;
  for (const std::size_t ties : {1u, 2u, 3u}) {
    std::vector<Item> ours = MakeKiller(kSize, ties);
    std::vector<Item> theirs = ours;
    int comparisons = 0;
    Sort(absl::MakeSpan(ours), [&](const Item& a, const Item& b) {
      ++comparisons;
      return Before(a, b);
    });
    // Far more than the 1.2 n log2 n of a quicksort that does not reach it.
    EXPECT_GT(comparisons, 1.7 * kSize * std::log2(kSize));
    std::sort(theirs.begin(), theirs.end(), Before);
    ASSERT_EQ(ours, theirs) << ties;
  }
}

TEST(LibstdcxxSort, LeavesEqualsWhereStdPartialSortDoes) {
  std::mt19937_64 random(2);
  for (int i = 0; i < Share(4'000); ++i) {
    const std::size_t n = 1 + random() % (i % 10 == 0 ? 5'000 : 60);
    const std::size_t k = 1 + random() % n;
    std::vector<Item> ours = MakeItems(n, random);
    std::vector<Item> theirs = ours;
    PartialSort(absl::MakeSpan(ours), k, Before);
    std::partial_sort(theirs.begin(),
                      theirs.begin() + static_cast<std::ptrdiff_t>(k),
                      theirs.end(), Before);
    ASSERT_EQ(ours, theirs) << n << " " << k;  // What was left over, too.
  }
}

TEST(LibstdcxxSort, TakesKeysThatAreAllNanAsEqual) {
  std::vector<Item> ours(1'000);
  for (int i = 0; i < 1'000; ++i) {
    ours[static_cast<std::size_t>(i)] = {
        std::numeric_limits<float>::quiet_NaN(), i};
  }
  std::vector<Item> theirs = ours;
  Sort(absl::MakeSpan(ours), Before);
  std::sort(theirs.begin(), theirs.end(), Before);
  for (std::size_t i = 0; i < ours.size(); ++i) {
    ASSERT_EQ(ours[i].id, theirs[i].id);
  }
}

#endif  // __GLIBCXX__

TEST(LibstdcxxSort, Sorts) {
  std::mt19937_64 random(3);
  for (int i = 0; i < 200; ++i) {
    std::vector<Item> items = MakeItems(random() % 3'000, random);
    std::vector<float> keys;
    for (const Item& item : items) keys.push_back(item.key);
    std::sort(keys.rbegin(), keys.rend());
    Sort(absl::MakeSpan(items), Before);
    for (std::size_t at = 0; at < items.size(); ++at) {
      ASSERT_EQ(items[at].key, keys[at]);
    }
  }
}

// The order of equals that the committed golden tokens were drawn from, for
// standard libraries other than libstdc++.
TEST(LibstdcxxSort, LeavesEqualsAsItAlwaysDid) {
  const auto ids = [](const std::vector<Item>& items) {
    std::string text;
    for (const Item& item : items) text += std::to_string(item.id) + " ";
    return text;
  };
  std::vector<Item> items;
  for (int i = 0; i < 20; ++i) items.push_back({static_cast<float>(i % 3), i});
  std::vector<Item> sorted = items;
  Sort(absl::MakeSpan(sorted), Before);
  EXPECT_EQ(ids(sorted), "2 17 5 14 8 11 10 19 16 13 7 4 1 0 9 12 6 15 3 18 ");
  PartialSort(absl::MakeSpan(items), 5, Before);
  EXPECT_EQ(ids(items), "8 5 11 14 2 3 6 0 4 9 10 1 12 13 7 15 16 17 18 19 ");
}

}  // namespace
}  // namespace sampler::parity
