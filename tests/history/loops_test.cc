#include "sampler/history/loops.h"

#include <cstdint>
#include <optional>
#include <vector>

#include "gtest/gtest.h"

namespace sampler::loops_test {
namespace {

using Tokens = std::vector<std::int32_t>;

HistoryView ViewOf(const Tokens& text, std::size_t cut) {
  return {absl::MakeConstSpan(text).first(cut),
          absl::MakeConstSpan(text).subspan(cut)};
}

// By the definition: of each length, how often the end stands there in a row.
std::optional<Loop> Slow(const Tokens& text, const LoopRule& rule) {
  const auto size = static_cast<std::int64_t>(text.size());
  for (std::int64_t length = rule.min_length;
       length <= rule.max_length && length <= size; ++length) {
    std::int64_t count = 1;
    for (; (count + 1) * length <= size; ++count) {
      bool same = true;
      for (std::int64_t i = 1; i <= length; ++i) {
        same &= text[static_cast<std::size_t>(size - i)] ==
                text[static_cast<std::size_t>(size - count * length - i)];
      }
      if (!same) break;
    }
    // What lies before the window is not looked at.
    const std::int64_t most = rule.max_length * rule.count / length;
    if (count >= rule.count) return Loop{length, std::min(count, most)};
  }
  return std::nullopt;
}

TEST(FindLoop, FindsTheShortestPatternOfEveryText) {
  std::vector<LoopRule> rules;
  for (std::int64_t low = 1; low <= 3; ++low) {
    for (std::int64_t high = low; high <= 4; ++high) {
      for (std::int64_t count = 2; count <= 4; ++count) {
        rules.push_back({low, high, count});
      }
    }
  }
  int loops = 0;
  for (std::size_t size = 0; size <= 12; ++size) {
    for (std::uint32_t code = 0; code < 1u << size; ++code) {
      Tokens text;
      for (std::size_t i = 0; i < size; ++i) {
        text.push_back(static_cast<std::int32_t>(code >> i & 1));
      }
      for (const LoopRule& rule : rules) {
        const auto found = FindLoop(ViewOf(text, size / 3), rule);
        ASSERT_EQ(found, Slow(text, rule));
        loops += found.has_value() ? 1 : 0;
      }
    }
  }
  EXPECT_GT(loops, 10'000);
}

TEST(FindLoop, FindsALongLoopInALongText) {
  Tokens text;
  for (std::int32_t i = 0; i < 5000; ++i) text.push_back(i % 7 * i);
  for (int times = 0; times < 3; ++times) {
    for (std::int32_t i = 0; i < 100; ++i) text.push_back(i);
  }
  const HistoryView view = ViewOf(text, 10);
  EXPECT_EQ(FindLoop(view, {.max_length = 200, .count = 3}), (Loop{100, 3}));
  EXPECT_EQ(FindLoop(view, {.max_length = 99, .count = 3}), std::nullopt);
  EXPECT_EQ(FindLoop(view, {.max_length = 200, .count = 4}), std::nullopt);
}

TEST(FindLoop, AnswersRulesThatNoLoopMeets) {
  const Tokens text = {1, 1, 1, 1};
  const HistoryView view = ViewOf(text, 0);
  EXPECT_EQ(FindLoop(view, {.min_length = 0, .count = 2}), std::nullopt);
  EXPECT_EQ(FindLoop(view, {.count = 1}), std::nullopt);
  EXPECT_EQ(FindLoop(view, {.max_length = -5, .count = 2}), std::nullopt);
  EXPECT_EQ(FindLoop({}, {.count = 2}), std::nullopt);
  const std::int64_t huge = INT64_MAX;
  EXPECT_EQ(FindLoop(view, {.max_length = huge, .count = huge}), std::nullopt);
  EXPECT_EQ(FindLoop(view, {.max_length = huge, .count = 2}), (Loop{1, 4}));
}

}  // namespace
}  // namespace sampler::loops_test
