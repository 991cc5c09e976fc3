// Laws of the stages that truncate, for every one of the registry
// (stage_examples.h).

#include <algorithm>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "sampler/stages/registry.h"
#include "tests/support/pipelines.h"
#include "tests/support/stage_examples.h"
#include "tests/support/test_share.h"

namespace sampler::truncation_laws_test {
namespace {

using Row = std::vector<double>;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// The likeliest token survives every truncation that is not made to drop it.
TEST(EveryTruncation, KeepsTheHead) {
  std::mt19937_64 random(12);
  for (const Example& e : Examples()) {
    if (GroupOf(e) != StageGroup::kTruncate) continue;
    bool dropped = false;
    for (int round = 0; round < Share(300); ++round) {
      const Row row = round == 0 ? Row{1, 3, 2.6, 2.4, 2.2, 0, -1}
                                 : RandomRow(random, 1 + random() % 150);
      const auto head = static_cast<std::size_t>(
          std::max_element(row.begin(), row.end()) - row.begin());
      const std::string kept = Kept(row, Active(e));
      EXPECT_TRUE(e.may_drop_the_head || kept[head] == '1') << e.type;
      dropped |= kept[head] == '0';
    }
    EXPECT_EQ(dropped, e.may_drop_the_head) << e.type;
  }
}

// Truncations leave the logits of what they keep alone.
TEST(EveryTruncation, LeavesTheLogitsOfWhatItKeeps) {
  std::mt19937_64 random(13);
  for (const Example& e : Examples()) {
    if (GroupOf(e) != StageGroup::kTruncate) continue;
    for (int round = 0; round < Share(30); ++round) {
      const Row row = RandomRow(random, 1 + random() % 150);
      const Row left = RunStages(row, Active(e)).logits;
      for (std::size_t i = 0; i < row.size(); ++i) {
        if (left[i] != -kInfinity) {
          EXPECT_EQ(left[i], row[i]) << e.type;
        }
      }
    }
  }
}

TEST(TopK, OfTheWholeVocabularyChangesNothing) {
  std::mt19937_64 random(14);
  for (const std::size_t size : {1u, 2u, 64u, 65u, 1000u}) {
    const Row row = RandomRow(random, size);
    for (const std::size_t k : {size, size + 1}) {
      EXPECT_EQ(
          RunStages(row, absl::StrCat(R"({"type": "top_k", "k": )", k, "}"))
              .logits,
          row);
    }
  }
}

// Which truncations may change places with temperature, and that the others
// may not.
TEST(EveryTruncation, CommutesWithTemperatureIfItSaysSo) {
  std::mt19937_64 random(6);
  for (const Example& e : Examples()) {
    if (GroupOf(e) != StageGroup::kTruncate) continue;
    bool differed = false;
    for (const std::string t : {"0.3", "0.7", "3"}) {
      const std::string temperature =
          StageText("temperature", R"("temperature": )" + t);
      for (int round = 0; round < 100; ++round) {
        const Row row = RandomRow(random, 8 + random() % 200);
        const Row before = RunStages(row, temperature + "," + Active(e)).logits;
        const Row after = RunStages(row, Active(e) + "," + temperature).logits;
        differed |= before != after;
        if (e.commutes_with_temperature) {
          ASSERT_EQ(before, after) << e.type;
        }
      }
    }
    EXPECT_EQ(differed, !e.commutes_with_temperature) << e.type;
  }
}

TEST(MinP, AfterATemperatureEqualsItsPowerBefore) {
  std::mt19937_64 random(7);
  for (int round = 0; round < Share(100); ++round) {
    const Row row = DistinctRow(random, 1 + random() % 300);
    // Clear of every boundary: logits are multiples of 1/32.
    ASSERT_EQ(Kept(row, R"({"type": "temperature", "temperature": 2},
                           {"type": "min_p", "p": 0.3})"),
              Kept(row, R"({"type": "min_p", "p": 0.09})"));
    ASSERT_EQ(Kept(row, R"({"type": "temperature", "temperature": 0.5},
                           {"type": "min_p", "p": 0.09})"),
              Kept(row, R"({"type": "min_p", "p": 0.3})"));
  }
}

TEST(TopKAndMinP, AreIdempotent) {
  std::mt19937_64 random(8);
  for (const std::string stage :
       {R"({"type": "top_k", "k": 7})", R"({"type": "min_p", "p": 0.3})",
        R"({"type": "top_k", "k": 7, "ties": "keep_all"})",
        R"({"type": "temperature", "temperature": 0})"}) {
    for (int round = 0; round < Share(50); ++round) {
      const Row row = RandomRow(random, 1 + random() % 100);
      ASSERT_EQ(RunStages(row, stage).logits,
                RunStages(row, stage + "," + stage).logits);
    }
  }
}

}  // namespace
}  // namespace sampler::truncation_laws_test
