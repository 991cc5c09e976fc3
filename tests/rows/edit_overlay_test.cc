#include "sampler/rows/edit_overlay.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <numeric>
#include <random>
#include <vector>

#include "gtest/gtest.h"
#include "tests/support/test_share.h"

namespace sampler::edit_overlay_test {
namespace {

constexpr std::size_t kSize = 200;

// The edits of an overlay and of a map are the same, by every question.
void ExpectSame(const EditOverlay& edits,
                const std::map<std::size_t, double>& expected) {
  ASSERT_EQ(edits.ids().size(), expected.size());
  ASSERT_EQ(edits.values().size(), expected.size());
  ASSERT_EQ(edits.empty(), expected.empty());
  for (std::size_t id = 0; id < kSize; ++id) {
    const auto at = expected.find(id);
    ASSERT_EQ(edits.Has(id), at != expected.end());
    ASSERT_EQ((edits.masks()[id / 64] >> id % 64 & 1) != 0, edits.Has(id));
    if (at != expected.end()) {
      ASSERT_EQ(edits.Value(id), at->second);
    }
  }
  for (std::size_t b = 0; b * 64 < kSize; ++b) {
    double block[64] = {};
    edits.ApplyToBlock(b, block);
    for (std::size_t i = 0; i < 64; ++i) {
      const auto at = expected.find(b * 64 + i);
      ASSERT_EQ(block[i], at == expected.end() ? 0.0 : at->second);
    }
  }
}

TEST(EditOverlay, IsAMap) {
  std::mt19937_64 random(1);
  EditOverlay edits;  // Reused, as in a workspace.
  for (int trace = 0; trace < Share(300); ++trace) {
    edits.Reset(kSize);
    std::map<std::size_t, double> expected;
    for (int step = 0; step < 10; ++step) {
      if (random() % 2 == 0) {
        const std::size_t id = random() % kSize;
        const auto value = static_cast<double>(random() % 100);
        edits.Set(id, value);
        expected[id] = value;
      } else {
        std::vector<TokenId> ids(kSize);
        std::iota(ids.begin(), ids.end(), 0);
        std::shuffle(ids.begin(), ids.end(), random);
        ids.resize(random() % 40);
        std::vector<double> before(ids.size());
        std::vector<double> after(ids.size());
        for (std::size_t i = 0; i < ids.size(); ++i) {
          before[i] = random() % 4 == 0 ? kRemoved : 0.0;
          after[i] = static_cast<double>(random() % 100);
          if (IsRemoved(before[i])) continue;
          expected[static_cast<std::size_t>(ids[i])] = after[i];
        }
        edits.SetEach(ids, before.data(), after.data());
      }
      ExpectSame(edits, expected);
      if (testing::Test::HasFatalFailure()) return;
    }
  }
}

TEST(EditOverlay, FindsIdsThatWereEditedInThisOrder) {
  EditOverlay edits;
  edits.Reset(kSize);
  const std::vector<TokenId> ids = {5, 190, 64, 7};
  const std::vector<double> before(ids.size(), 0.0);
  const std::vector<double> after = {1, 2, 3, 4};
  edits.Set(3, 9.0);
  edits.SetEach(ids, before.data(), after.data());
  EXPECT_EQ(edits.FindRun(ids), absl::MakeConstSpan(after));
  EXPECT_EQ(edits.FindRun(absl::MakeConstSpan(ids).subspan(1, 2)),
            absl::MakeConstSpan(after).subspan(1, 2));
  EXPECT_TRUE(edits.FindRun({}).empty());
  EXPECT_TRUE(edits.FindRun({5, 64}).empty());
  EXPECT_TRUE(edits.FindRun({7, 8}).empty());     // Past the end of the list.
  EXPECT_TRUE(edits.FindRun({8}).empty());        // No edit.
  EXPECT_TRUE(edits.FindRun({-1}).empty());       // No token.
  EXPECT_TRUE(edits.FindRun({100'000}).empty());  // Outside the row.
  edits.Reset(kSize);
  EXPECT_TRUE(edits.FindRun(ids).empty());
}

}  // namespace
}  // namespace sampler::edit_overlay_test
