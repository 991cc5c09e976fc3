// Conformance of the stages that count tokens: min_tokens, forced_tokens,
// exponential_decay_length.

#include <cmath>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/support/pipelines.h"

namespace sampler::stages_length_test {
namespace {

using Row = std::vector<double>;

std::vector<std::int32_t> Zeros(std::size_t n) {
  return std::vector<std::int32_t>(n, 0);
}

std::string KeptAt(const std::string& stages, std::size_t prompt,
                   std::size_t output) {
  return RunStages({1, 2, 3, 4}, stages,
                   MakeSequence(4, Zeros(prompt), Zeros(output)))
      .kept();
}

// ---- min_tokens -------------------------------------------------------------

TEST(MinTokens, BanEveryStopTokenUntilTheCountIsReached) {
  const std::string stage =
      R"({"type": "min_tokens", "n": 3, "stop_ids": [3, 1]})";
  EXPECT_EQ(KeptAt(stage, 9, 0), "1010");
  EXPECT_EQ(KeptAt(stage, 9, 2), "1010");
  EXPECT_EQ(KeptAt(stage, 9, 3), "1111");
  EXPECT_EQ(KeptAt(stage, 9, 4), "1111");
}

TEST(MinTokens, MayCountThePrompt) {
  const std::string stage = R"({"type": "min_tokens", "n": 5,
                                "stop_ids": [0], "count": "total"})";
  EXPECT_EQ(KeptAt(stage, 2, 2), "0111");
  EXPECT_EQ(KeptAt(stage, 2, 3), "1111");
  EXPECT_EQ(KeptAt(stage, 5, 0), "1111");
}

TEST(MinTokens, AreNotLiftedInSilence) {
  const std::string stages = R"({"type": "allow_tokens", "ids": [1, 2]},
      {"type": "min_tokens", "n": 1, "stop_ids": [1, 2]})";
  EXPECT_EQ(RunStages({1, 2, 3}, stages).status, RowStatus::kNoCandidate);
}

TEST(MinTokens, HoldAgainAfterARollbackOverTheBoundary) {
  const std::string stage =
      R"({"type": "min_tokens", "n": 2, "stop_ids": [1]})";
  Sequence sequence = MakeSequence(2, {}, {0});
  EXPECT_EQ(RunStages({1, 2}, stage, sequence).kept(), "10");
  ASSERT_TRUE(sequence.AcceptId(0).ok());
  EXPECT_EQ(RunStages({1, 2}, stage, sequence).kept(), "11");
  ASSERT_TRUE(sequence.Rollback(1).ok());
  EXPECT_EQ(RunStages({1, 2}, stage, sequence).kept(), "10");
}

// ---- forced_tokens ----------------------------------------------------------

TEST(ForcedTokens, AllowOnlyTheListedOnesAtTheirPosition) {
  const std::string stage = R"({"type": "forced_tokens",
                                "at": [[2, [3, 0]], [0, 1]]})";
  EXPECT_EQ(KeptAt(stage, 7, 0), "0100");
  EXPECT_EQ(KeptAt(stage, 7, 1), "1111");
  EXPECT_EQ(KeptAt(stage, 7, 2), "1001");
  EXPECT_EQ(KeptAt(stage, 7, 3), "1111");
}

TEST(ForcedTokens, KeepTheirRatioOrLoseIt) {
  const std::string at = R"({"type": "forced_tokens", "at": [[0, [2, 0]]])";
  EXPECT_EQ(After({5, 9, -3}, at + "}"), (Row{5, kGone, -3}));
  EXPECT_EQ(After({5, 9, -3}, at + R"(, "value": "keep"})"),
            (Row{5, kGone, -3}));
  EXPECT_EQ(After({5, 9, -3}, at + R"(, "value": "zero"})"),
            (Row{0, kGone, 0}));
}

TEST(ForcedTokens, AreNotRevived) {
  const std::string stage =
      R"({"type": "forced_tokens", "at": [[0, [0, 1]]], "value": "zero"})";
  EXPECT_EQ(After({kGone, 9, 3}, stage), (Row{kGone, 0, kGone}));
  EXPECT_EQ(RunStages({kGone, kGone, 3}, stage).status,
            RowStatus::kNoCandidate);
}

TEST(ForcedTokens, AreDrawnByEveryDraw) {
  const Row row = {1, 30, 3, -40};
  const Row before = row;
  for (const std::string draw :
       {R"({"type": "greedy"})", R"({"type": "categorical"})",
        R"({"type": "categorical", "order": "rank"})"}) {
    const Pipeline pipeline =
        MakePipeline(R"({"type": "forced_tokens", "at": [[0, 3]]},)" + draw, 4);
    Workspace workspace;
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
      EXPECT_EQ(pipeline
                    .Sample(absl::Span<const double>(row),
                            MakeSequence(4, {}, {}, seed), workspace)
                    .id,
                3);
    }
  }
  EXPECT_EQ(row, before);  // So its raw log-probabilities are the model's.
}

// ---- exponential_decay_length -----------------------------------------------

TEST(ExponentialDecayLength, RaisesTheEndOnceTheTextIsLonger) {
  const std::string stage = R"({"type": "exponential_decay_length", "start": 2,
                                "factor": 2, "eos_ids": [0, 1, 2, 3]})";
  const Row row = {4, -4, 0, kGone, 7};
  EXPECT_EQ(After(row, stage, Zeros(9), Zeros(2)), row);
  // Negative logits rise too; 0 does not move, and what is gone stays gone.
  const Row one = After(row, stage, Zeros(9), Zeros(3));
  EXPECT_NEAR(one[0], 8, 1e-14);
  EXPECT_NEAR(one[1], 0, 1e-14);
  EXPECT_EQ(one[2], 0);
  EXPECT_EQ(one[3], kGone);
  EXPECT_EQ(one[4], 7);
  const Row three = After(row, stage, Zeros(9), Zeros(5));
  EXPECT_NEAR(three[0], 32, 1e-13);
  EXPECT_NEAR(three[1], 24, 1e-13);
}

TEST(ExponentialDecayLength, BelowOneLowersTheEnd) {
  const Row row = After({4, -4}, R"({"type": "exponential_decay_length",
      "start": 0, "factor": 0.5, "eos_ids": [0, 1]})",
                        {}, Zeros(2));
  EXPECT_NEAR(row[0], 1, 1e-14);
  EXPECT_NEAR(row[1], -7, 1e-14);
}

TEST(ExponentialDecayLength, ThatOverflowsGivesAStatusButZeroStays) {
  const std::string stage = R"({"type": "exponential_decay_length",
      "start": 0, "factor": 1e200, "eos_ids": [0]})";
  const Sequence sequence = MakeSequence(2, {}, Zeros(2));
  EXPECT_EQ(RunStages({1, 2}, stage, sequence).status, RowStatus::kInfinite);
  EXPECT_EQ(RunStages({0, 2}, stage, sequence).logits, (Row{0, 2}));
  EXPECT_EQ(RunStages({kGone, 2}, stage, sequence).logits, (Row{kGone, 2}));
}

}  // namespace
}  // namespace sampler::stages_length_test
