// Conformance of no_repeat_ngram and encoder_repetition_penalty, and penalties
// on a history that changes. The other penalties on seen tokens are in
// stages_test.cc, DRY in dry_test.cc.

#include <cmath>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_format.h"
#include "gtest/gtest.h"
#include "tests/support/pipelines.h"
#include "tests/support/test_share.h"

namespace sampler::stages_history_test {
namespace {

using Row = std::vector<double>;
using Tokens = std::vector<std::int32_t>;

std::string Ngram(int n, const std::string& options = "") {
  return absl::StrCat(R"({"type": "no_repeat_ngram", "n": )", n, options, "}");
}

// '.' where a token stays, 'x' where it is banned.
std::string Banned(const std::string& stage, Tokens prompt,
                   const Tokens& output) {
  std::string marks;
  for (const double logit :
       After({1, 1, 1, 1, 1, 1}, stage, std::move(prompt), output)) {
    marks += logit == kGone ? 'x' : '.';
  }
  return marks;
}

// ---- no_repeat_ngram --------------------------------------------------------

TEST(NoRepeatNgram, BansWhatHasFollowedTheEndBefore) {
  // 1 2 was followed by 3, and by 5.
  const Tokens history = {1, 2, 3, 1, 2, 5, 4, 1, 2};
  EXPECT_EQ(Banned(Ngram(3), {}, history), "...x.x");
  EXPECT_EQ(Banned(Ngram(3), history, {}), "...x.x");
  EXPECT_EQ(Banned(Ngram(2), {}, history), "...x.x");
  EXPECT_EQ(Banned(Ngram(4), {}, history), "......");
  // 5 4 1 2 has not been seen, 4 1 neither.
  EXPECT_EQ(Banned(Ngram(3), {}, {1, 2, 3, 2}), "......");
}

TEST(NoRepeatNgram, OfOneBansEveryTokenOfTheScope) {
  EXPECT_EQ(Banned(Ngram(1), {0, 2}, {3, 3}), "x.xx..");
  EXPECT_EQ(Banned(Ngram(1, R"(, "scope": "prompt")"), {0, 2}, {3}), "x.x...");
  EXPECT_EQ(Banned(Ngram(1, R"(, "scope": "output")"), {0, 2}, {3}), "...x..");
  EXPECT_EQ(Banned(Ngram(1, R"(, "window": 2)"), {0, 2}, {3}), "..xx..");
  EXPECT_EQ(RunStages({1, 2}, Ngram(1), MakeSequence(2, {0, 1})).status,
            RowStatus::kNoCandidate);
}

TEST(NoRepeatNgram, LongerThanTheHistoryBansNothing) {
  EXPECT_EQ(Banned(Ngram(4), {1}, {1, 1}), "......");
  EXPECT_EQ(Banned(Ngram(3), {1}, {1, 1}), ".x....");
  EXPECT_EQ(Banned(Ngram(1), {}, {}), "......");
  EXPECT_EQ(Banned(R"({"type": "no_repeat_ngram", "n": 9223372036854775807})",
                   {1}, {1, 1}),
            "......");
}

TEST(NoRepeatNgram, TakesItsEndFromTheWholeHistory) {
  // Hugging Face's encoder variant: n-grams of the prompt, the end of all.
  const std::string prompt = R"(, "scope": "prompt")";
  EXPECT_EQ(Banned(Ngram(3, prompt), {1, 2, 3, 4}, {1, 2}), "...x..");
  EXPECT_EQ(Banned(Ngram(3, prompt), {1, 2, 3}, {1, 2, 4, 1, 2}), "...x..");
  // The end reaches from the output into the prompt.
  EXPECT_EQ(Banned(Ngram(3), {1, 2, 3, 1}, {2}), "...x..");
  EXPECT_EQ(Banned(Ngram(3, prompt), {1, 2, 3, 1}, {2}), "...x..");
  EXPECT_EQ(Banned(Ngram(3, R"(, "scope": "output")"), {1, 2, 3}, {1, 2}),
            "......");
  EXPECT_EQ(Banned(Ngram(3, R"(, "window": 4)"), {}, {1, 2, 3, 1, 2}),
            "......");
  EXPECT_EQ(Banned(Ngram(3, R"(, "window": 5)"), {}, {1, 2, 3, 1, 2}),
            "...x..");
}

TEST(NoRepeatNgram, SparesExemptTokens) {
  EXPECT_EQ(Banned(Ngram(1, R"(, "exempt": [5, 2])"), {0, 2}, {3, 5}),
            "x..x..");
}

TEST(NoRepeatNgram, EqualsItsDefinitionOnTextsOfFewSymbols) {
  std::mt19937_64 random(1);
  for (int round = 0; round < Share(1000); ++round) {
    Tokens prompt(random() % 10), output(random() % 10);
    for (Tokens* tokens : {&prompt, &output}) {
      for (auto& t : *tokens) t = static_cast<std::int32_t>(random() % 3);
    }
    Tokens text = prompt;
    text.insert(text.end(), output.begin(), output.end());
    const std::size_t n = 1 + random() % 5;
    std::set<Tokens> ngrams;
    for (std::size_t i = 0; i + n <= text.size(); ++i) {
      const auto at = text.begin() + static_cast<std::ptrdiff_t>(i);
      ngrams.emplace(at, at + static_cast<std::ptrdiff_t>(n));
    }
    std::string marks;
    for (std::int32_t id = 0; id < 6; ++id) {
      Tokens next = text;
      next.push_back(id);
      const bool repeats =
          next.size() >= n &&
          ngrams.contains(
              Tokens(next.end() - static_cast<std::ptrdiff_t>(n), next.end()));
      marks += repeats ? 'x' : '.';
    }
    ASSERT_EQ(Banned(Ngram(static_cast<int>(n)), prompt, output), marks);
  }
}

// Nothing is derived from the history and kept.
TEST(NoRepeatNgram, FollowsRollbacksAndSnapshotsExactly) {
  Sequence sequence = MakeSequence(4, {1, 2, 3}, {1});
  const Row row = {1, 1, 1, 1};
  const Row before = RunStages(row, Ngram(2), sequence).logits;
  EXPECT_EQ(before, (Row{1, 1, kGone, 1}));
  for (const std::int32_t token : {2, 0, 1, 3}) {
    ASSERT_TRUE(sequence.AcceptId(token).ok());
  }
  EXPECT_NE(RunStages(row, Ngram(2), sequence).logits, before);
  ASSERT_TRUE(sequence.Rollback(4).ok());
  EXPECT_EQ(RunStages(row, Ngram(2), sequence).logits, before);
  EXPECT_EQ(
      RunStages(row, Ngram(2), *Sequence::Restore(sequence.Snapshot())).logits,
      before);
}

// ---- encoder_repetition_penalty ---------------------------------------------

TEST(EncoderRepetitionPenalty, RaisesTheTokensOfThePromptOnce) {
  EXPECT_EQ(After({2, -3, 0, kGone, 2, -3},
                  R"({"type": "encoder_repetition_penalty", "penalty": 1.5})",
                  {0, 1, 1, 2, 3}, {4, 5, 0}),
            (Row{3, -2, 0, kGone, 2, -3}));
  EXPECT_EQ(After({2, -3}, R"({"type": "encoder_repetition_penalty",
                               "penalty": 0.5})",
                  {0, 1}),
            (Row{1, -6}));
}

TEST(EncoderRepetitionPenalty, WithoutAPromptDoesNothing) {
  EXPECT_EQ(After({2, -3}, R"({"type": "encoder_repetition_penalty",
                               "penalty": 4})",
                  {}, {0, 1}),
            (Row{2, -3}));
}

TEST(EncoderRepetitionPenalty, ThatOverflowsGivesAStatus) {
  EXPECT_EQ(RunStages({10, 1}, R"({"type": "encoder_repetition_penalty",
                                   "penalty": 1e308})",
                      MakeSequence(2, {0}))
                .status,
            RowStatus::kInfinite);
}

TEST(EncoderRepetitionPenalty, IsTheReciprocalRepetitionPenalty) {
  std::mt19937_64 random(2);
  for (int round = 0; round < Share(100); ++round) {
    Row row(8);
    for (double& v : row) v = static_cast<double>(random() % 64) / 4.0 - 8.0;
    const Row a = After(row, R"({"type": "encoder_repetition_penalty",
                                 "penalty": 1.3})",
                        {0, 3, 3, 5}, {1});
    const Row b = After(
        row,
        absl::StrFormat(R"({"type": "repetition_penalty", "penalty": %.17g,
                            "scope": "prompt"})",
                        1 / 1.3),
        {0, 3, 3, 5}, {1});
    for (std::size_t i = 0; i < row.size(); ++i) {
      EXPECT_NEAR(a[i], b[i], 1e-15 * std::fabs(a[i]));
    }
  }
}

// ---- Penalties together -----------------------------------------------------

// A rollback and another token leave a history of the same length in the same
// memory, which one workspace has counted before.
TEST(Penalties, FollowRollbacksInTheirWorkspaceExactly) {
  const std::vector<float> row = {1, 2, 3, 4, -5, 6};
  const Pipeline pipeline = MakePipeline(
      R"({"type": "repetition_penalty", "penalty": 1.5},
         {"type": "frequency_penalty", "penalty": 0.25, "scope": "both"})",
      6);
  const auto logits = [&](const Sequence& sequence, Workspace& workspace) {
    const Distribution d =
        pipeline.Process(absl::Span<const float>(row), sequence, workspace);
    Row result;
    d.ForEach([&](TokenId, double logit) { result.push_back(logit); });
    return result;
  };
  Workspace shared;
  Sequence sequence = MakeSequence(6, {0, 0, 4}, {1, 2, 0});
  for (std::int32_t token = 0; token < 6; ++token) {
    ASSERT_TRUE(sequence.Rollback(1).ok());
    ASSERT_TRUE(sequence.AcceptId(token).ok());
    Workspace fresh;
    EXPECT_EQ(logits(sequence, shared),
              logits(MakeSequence(6, {0, 0, 4}, {1, 2, token}), fresh));
  }
}

}  // namespace
}  // namespace sampler::stages_history_test
