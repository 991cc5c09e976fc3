#include "sampler/stages/edits/progress/thinking_budget.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/support/pipelines.h"

namespace sampler::thinking_budget_test {
namespace {

using Tokens = std::vector<std::int32_t>;

constexpr std::int64_t kSize = 8;

// What may come after `output`: a token, or -1 for any. Thinking begins after
// 6 and ends after 7.
class Budget {
 public:
  explicit Budget(const std::string& parameters)
      : pipeline_(
            Pipeline::Create(
                ParseConfig(absl::StrCat(
                                R"({"version": 1, "phases": {"thinking":
                              {"begin": [[6]], "end": [[7]]}},
                              "stages": [{"type": "thinking_budget",
                              "phase": "thinking", )",
                                parameters, R"(}, {"type": "categorical"}]})"))
                    .value(),
                kSize)
                .value()) {}

  int After(const Tokens& output, const Tokens& prompt = {}) {
    Sequence sequence =
        pipeline_.NewSequence({.seed = 1, .prompt = prompt}).value();
    for (const std::int32_t id : output) {
      EXPECT_TRUE(sequence.AcceptId(id).ok());
    }
    const Distribution left = pipeline_.Process(row_, sequence, workspace_);
    EXPECT_EQ(left.status(), RowStatus::kOk);
    if (left.Count() == kSize) return -1;
    EXPECT_EQ(left.Count(), 1);
    return left.Top(1)[0].id;
  }

 private:
  const std::vector<float> row_ = std::vector<float>(kSize, 1.0f);
  Pipeline pipeline_;
  Workspace workspace_;
};

TEST(ThinkingBudget, ClosesAPhaseTokenByToken) {
  Budget budget(R"("tokens": 2, "close": [4, 5, 7])");
  EXPECT_EQ(budget.After({}), -1);
  EXPECT_EQ(budget.After({1, 6}), -1);
  EXPECT_EQ(budget.After({1, 6, 1}), -1);
  EXPECT_EQ(budget.After({1, 6, 1, 1}), 4);
  EXPECT_EQ(budget.After({1, 6, 1, 1, 4}), 5);
  EXPECT_EQ(budget.After({1, 6, 1, 1, 4, 5}), 7);
  EXPECT_EQ(budget.After({1, 6, 1, 1, 4, 5, 7}), -1);
  EXPECT_EQ(budget.After({1, 6, 1, 1, 4, 5, 7, 1, 1, 1}), -1);
}

TEST(ThinkingBudget, LeavesAPhaseAloneThatEndsByItself) {
  Budget budget(R"("tokens": 2, "close": [7, 3])");
  EXPECT_EQ(budget.After({6, 7}), -1);
  EXPECT_EQ(budget.After({6, 1, 7}), -1);
  EXPECT_EQ(budget.After({6, 1, 7, 1, 1}), -1);
}

TEST(ThinkingBudget, ForcesWhatFollowsTheEnd) {
  Budget budget(R"("tokens": 1, "close": [5, 7, 3, 2])");
  EXPECT_EQ(budget.After({6, 1, 5}), 7);
  EXPECT_EQ(budget.After({6, 1, 5, 7}), 3);
  EXPECT_EQ(budget.After({6, 1, 5, 7, 3}), 2);
  EXPECT_EQ(budget.After({6, 1, 5, 7, 3, 2}), -1);
  EXPECT_EQ(budget.After({6, 1, 5, 7, 1}), -1);  // A text that went elsewhere.
}

TEST(ThinkingBudget, BeginsAnewWithEveryPhase) {
  Budget budget(R"("tokens": 1, "close": [7])");
  EXPECT_EQ(budget.After({6, 1, 7, 6}), -1);
  EXPECT_EQ(budget.After({6, 1, 7, 6, 1}), 7);
}

TEST(ThinkingBudget, CountsFromAPhaseThatThePromptBegan) {
  Budget budget(R"("tokens": 3, "close": [7])");
  EXPECT_EQ(budget.After({1}, {6, 1}), -1);
  EXPECT_EQ(budget.After({1, 1}, {6, 1}), 7);
  EXPECT_EQ(budget.After({}, {6, 1, 1, 1, 1, 1}), 7);
}

TEST(ThinkingBudget, OfNoTokensClosesAtOnce) {
  Budget budget(R"("tokens": 0, "close": [7])");
  EXPECT_EQ(budget.After({1}), -1);
  EXPECT_EQ(budget.After({1, 6}), 7);
  Budget none(R"("tokens": null, "close": [7])");
  EXPECT_EQ(none.After({6, 1, 1, 1, 1, 1, 1}), -1);
}

// Tokens that were not drawn here: a log's.
TEST(ThinkingBudget, ClosesAnewWhereTheTextHasLeftTheWay) {
  Budget budget(R"("tokens": 1, "close": [4, 4, 5, 7])");
  EXPECT_EQ(budget.After({6, 1, 4, 1}), 4);
  EXPECT_EQ(budget.After({6, 1, 4, 1, 4}), 4);
  EXPECT_EQ(budget.After({6, 1, 4, 4, 4}), 5);
  EXPECT_EQ(budget.After({6, 1, 1, 1, 1}), 4);
}

TEST(ThinkingBudget, WaitsForANewlineButNotForever) {
  Budget budget(
      R"("tokens": 2, "close": [7], "at": "newline", "newlines": [2, 3],
         "grace": 2)");
  EXPECT_EQ(budget.After({6, 1, 2}), 7);  // It stands there already.
  EXPECT_EQ(budget.After({6, 2, 1}), -1);
  EXPECT_EQ(budget.After({6, 1, 1, 3}), 7);
  EXPECT_EQ(budget.After({6, 1, 1, 1}), -1);
  EXPECT_EQ(budget.After({6, 1, 1, 1, 1}), 7);
  EXPECT_EQ(budget.After({6, 1, 1, 1, 7}), -1);
}

TEST(ThinkingBudget, OfAnyLengthCountsWithoutOverflow) {
  Budget budget(R"("tokens": 9223372036854775807, "close": [7],
                   "at": "newline", "newlines": [1],
                   "grace": 9223372036854775807)");
  EXPECT_EQ(budget.After({6, 1, 1, 1}), -1);
}

TEST(ThinkingBudget, RevivesNoToken) {
  const Pipeline pipeline = MakePipeline(
      R"({"type": "suppress_tokens", "ids": [1]},
         {"type": "thinking_budget", "phase": "thinking", "tokens": 0,
          "close": [1]})",
      4);
  Workspace workspace;
  const std::vector<float> row(4, 1.0f);
  EXPECT_EQ(pipeline.Sample(row, MakeSequence(4, {}, {0}), workspace).status,
            RowStatus::kNoCandidate);
}

}  // namespace
}  // namespace sampler::thinking_budget_test
