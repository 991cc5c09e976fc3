// What stage types say of the head of a row, and of what lies below it, is true
// of what their stages do.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "gtest/gtest.h"
#include "sampler/stages/stage_facts.h"
#include "tests/stages/random_stages.h"

namespace sampler::head_facts_test {
namespace {

TEST(StageFacts, TheHeadDecides) {
  Random random(5);
  int decided = 0;
  ForRandomStages([&](const StageConfig& stage, const StageFacts& facts) {
    if (!facts.head.has_value()) return;
    const FactsRow row = SomeRow(random);
    FactsRow sorted = row;
    std::sort(sorted.rbegin(), sorted.rend());
    const auto count = static_cast<std::size_t>(
        std::min<std::int64_t>(facts.head->count, kFactsWidth));
    const double bound =
        std::min(sorted[count - 1], sorted[0] - facts.head->distance);
    FactsRow head = row;
    for (double& logit : head) {
      if (logit < bound) logit = -kFactsInfinity;
    }
    decided += head != row ? 1 : 0;
    EXPECT_EQ(Left(stage, row), Left(stage, head));
  });
  EXPECT_GT(decided, 0);
}

TEST(StageFacts, AWholeHeadStays) {
  Random random(9);
  int cut = 0;
  ForRandomStages([&](const StageConfig& stage, const StageFacts& facts) {
    if (!facts.keeps_whole_head) return;
    ASSERT_TRUE(facts.head.has_value());
    const FactsRow row = SomeRow(random);
    const auto candidates = [](const FactsRow& logits) {
      return std::count_if(logits.begin(), logits.end(),
                           [](double x) { return std::isfinite(x); });
    };
    const auto left = candidates(Left(stage, row));
    EXPECT_GE(left, std::min<std::int64_t>(facts.head->count, candidates(row)));
    cut += left < candidates(row) ? 1 : 0;
  });
  EXPECT_GT(cut, 0);
}

// The first eight tokens, and behind them others that weigh `weight` times the
// first one: `count` of them, the rest are none.
FactsRow WithRest(const FactsRow& head, double weight, std::size_t count) {
  FactsRow row(kFactsWidth, -kFactsInfinity);
  std::copy(head.begin(), head.end(), row.begin());
  for (std::size_t i = 0; i < count && weight > 0; ++i) {
    row[head.size() + i] =
        head[0] + std::log(weight / static_cast<double>(count));
  }
  return row;
}

// How many of the head stay, if nothing else does.
std::optional<std::int64_t> LeftOfHead(const StageConfig& stage,
                                       const FactsRow& row) {
  const FactsRow left = Left(stage, row);
  const auto finite = [](double x) { return std::isfinite(x); };
  const auto head = std::count_if(left.begin(), left.begin() + 8, finite);
  const auto all = std::count_if(left.begin(), left.end(), finite);
  return all == head ? std::optional<std::int64_t>(head) : std::nullopt;
}

TEST(StageFacts, TheRestIsWeighedAsOne) {
  Random random(10);
  int compared = 0;
  int moved = 0;
  ForRandomStages([&](const StageConfig& stage, const StageFacts& facts) {
    if (!facts.weighs_the_rest || facts.neutral) return;
    FactsRow head = RandomRow(random, 8);
    std::sort(head.rbegin(), head.rend());
    for (double& logit : head) logit /= 4.0;
    std::vector<std::int64_t> kept;
    for (const double weight : {0.0, 0.01, 0.05, 0.1, 0.2, 0.4}) {
      const auto few = LeftOfHead(stage, WithRest(head, weight, 6));
      const auto many = LeftOfHead(stage, WithRest(head, weight, 24));
      if (!few.has_value() || !many.has_value()) continue;
      EXPECT_EQ(*few, *many) << weight;
      kept.push_back(*few);
      ++compared;
    }
    EXPECT_TRUE(std::is_sorted(kept.begin(), kept.end()) ||
                std::is_sorted(kept.rbegin(), kept.rend()));
    moved += !kept.empty() && kept.front() != kept.back() ? 1 : 0;
  });
  EXPECT_GT(compared, 100);
  EXPECT_GT(moved, 0);
}

}  // namespace
}  // namespace sampler::head_facts_test
