// Conformance of the stages that edit and draw. Temperature is in
// temperature_test.cc, truncations in stages_truncation_test.cc, laws that hold
// for all stages in stage_laws_test.cc.

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "sampler/random/random.h"
#include "tests/support/pipelines.h"

namespace sampler::stages_test {
namespace {

using Row = std::vector<double>;

// ---- logit_bias -------------------------------------------------------------

TEST(LogitBias, AddsAndBans) {
  EXPECT_EQ(After({1, 2, 3, kGone},
                  R"({"type": "logit_bias",
                "bias": {"0": 0.5, "2": false, "1": -7, "3": 100}})"),
            (Row{1.5, -5, kGone, kGone}));
}

TEST(LogitBias, AddsUpOverInstances) {
  const std::string bias = R"({"type": "logit_bias", "bias": {"1": 0.25}})";
  EXPECT_EQ(After({1, 2}, bias + "," + bias + "," + bias), (Row{1, 2.75}));
}

TEST(LogitBias, ThatOverflowsGivesAStatus) {
  const std::string up = R"({"type": "logit_bias", "bias": {"0": 1.7e308}})";
  EXPECT_EQ(RunStages({1e308, 1}, up).status, RowStatus::kInfinite);
  const std::string down = R"({"type": "logit_bias", "bias": {"0": -1.7e308}})";
  EXPECT_EQ(After({-1e308, 1}, down), (Row{kGone, 1}));
}

// ---- suppress_tokens, allow_tokens ------------------------------------------

TEST(SuppressTokens, BansAlwaysOrAtTheBeginning) {
  const std::string always = R"({"type": "suppress_tokens", "ids": [2, 0]})";
  const std::string begin =
      R"({"type": "suppress_tokens", "ids": [2, 0], "when": "begin"})";
  const Row row = {1, 2, 3};
  EXPECT_EQ(After(row, always), (Row{kGone, 2, kGone}));
  EXPECT_EQ(After(row, always, {}, {1}), (Row{kGone, 2, kGone}));
  EXPECT_EQ(After(row, begin), (Row{kGone, 2, kGone}));
  // A prompt is no output.
  EXPECT_EQ(After(row, begin, {1, 1}), (Row{kGone, 2, kGone}));
  EXPECT_EQ(After(row, begin, {}, {1}), row);
}

TEST(SuppressTokens, OfEverythingLeavesNoCandidate) {
  EXPECT_EQ(
      RunStages({1, 2}, R"({"type": "suppress_tokens", "ids": [0, 1]})").status,
      RowStatus::kNoCandidate);
}

TEST(SuppressTokens, IsFinal) {
  EXPECT_EQ(After({1, 2, 3}, R"({"type": "suppress_tokens", "ids": [1]},
                  {"type": "logit_bias", "bias": {"1": 1000, "0": 1}},
                  {"type": "repetition_penalty", "penalty": 0.1},
                  {"type": "frequency_penalty", "penalty": -10}, 
                  {"type": "temperature", "temperature": 0.5})",
                  {1, 1}, {1}),
            (Row{4, kGone, 6}));
}

TEST(AllowTokens, ComplementsSuppressTokens) {
  const Row row = {1, kGone, 3, 4, 5};
  EXPECT_EQ(After(row, R"({"type": "allow_tokens", "ids": [4, 1, 2]})"),
            After(row, R"({"type": "suppress_tokens", "ids": [0, 3]})"));
  EXPECT_EQ(RunStages(row, R"({"type": "allow_tokens", "ids": [1]})").status,
            RowStatus::kNoCandidate);
}

TEST(AllowTokens, LeavesTheRowOpenToFurtherEdits) {
  EXPECT_EQ(After({1, 2, 3, 4}, R"({"type": "allow_tokens", "ids": [3, 0, 1]},
                  {"type": "logit_bias", "bias": {"0": 1, "2": 9, "3": false}},
                  {"type": "temperature", "temperature": 0.5})"),
            (Row{4, 4, kGone, kGone}));
}

// ---- Penalties --------------------------------------------------------------

TEST(RepetitionPenalty, FollowsTheSignOncePerToken) {
  EXPECT_EQ(After({3, -3, 0, kGone, 3}, R"({"type": "repetition_penalty",
                                            "penalty": 1.5})",
                  {0, 1, 1, 1}, {2, 3, 0}),
            (Row{2, -4.5, 0, kGone, 3}));
}

TEST(RepetitionPenalty, BelowOneRewards) {
  EXPECT_EQ(After({3, -3, 5}, R"({"type": "repetition_penalty",
                                  "penalty": 0.5})",
                  {0, 1}),
            (Row{6, -1.5, 5}));
}

TEST(RepetitionPenalty, ThatOverflowsGivesAStatus) {
  EXPECT_EQ(RunStages({10, 1}, R"({"type": "repetition_penalty",
                             "penalty": 1e-308})",
                      MakeSequence(2, {0}))
                .status,
            RowStatus::kInfinite);
}

TEST(RepetitionPenalty, LooksAtItsScopeAndWindow) {
  const Row row = {1, 1, 1, 1, 1, 1};
  // Prompt 0 1 2, output 3 4.
  const auto seen = [&](const std::string& options) {
    std::string bits;
    for (const double logit :
         After(row,
               absl::StrCat(R"({"type": "repetition_penalty",
                                     "penalty": 2)",
                            options, "}"),
               {0, 1, 2}, {3, 4})) {
      bits += logit == 1 ? '.' : 'x';
    }
    return bits;
  };
  EXPECT_EQ(seen(""), "xxxxx.");
  EXPECT_EQ(seen(R"(, "scope": "both")"), "xxxxx.");
  EXPECT_EQ(seen(R"(, "scope": "prompt")"), "xxx...");
  EXPECT_EQ(seen(R"(, "scope": "output")"), "...xx.");
  EXPECT_EQ(seen(R"(, "window": null)"), "xxxxx.");
  EXPECT_EQ(seen(R"(, "window": 1)"), "....x.");
  EXPECT_EQ(seen(R"(, "window": 3)"), "..xxx.");
  EXPECT_EQ(seen(R"(, "window": 4)"), ".xxxx.");
  EXPECT_EQ(seen(R"(, "window": 5)"), "xxxxx.");
  EXPECT_EQ(seen(R"(, "window": 9223372036854775807)"), "xxxxx.");
  EXPECT_EQ(seen(R"(, "scope": "prompt", "window": 2)"), ".xx...");
  EXPECT_EQ(seen(R"(, "ignore_first": 1)"), ".xxxx.");
  EXPECT_EQ(seen(R"(, "ignore_first": 3)"), "...xx.");
  EXPECT_EQ(seen(R"(, "ignore_first": 100)"), "...xx.");
  EXPECT_EQ(seen(R"(, "ignore_first": 2, "window": 4)"), "..xxx.");
  EXPECT_EQ(seen(R"(, "scope": "output", "ignore_first": 1)"), "...xx.");
}

TEST(RepetitionPenalty, MayNormalizeFirst) {
  const Row row = Logs({0.5, 0.25, 0.25});
  Row shifted = row;
  for (double& v : shifted) v += 100.0;
  const std::string stage = R"({"type": "repetition_penalty", "penalty": 2,
                                "normalize": true})";
  const Row a = After(row, stage, {1});
  const Row b = After(shifted, stage, {1});
  const double expected[] = {std::log(0.5), 2 * std::log(0.25), std::log(0.25)};
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_NEAR(a[i], expected[i], 1e-15);
    EXPECT_NEAR(b[i], expected[i], 1e-13);
  }
}

TEST(FrequencyPenalty, IsLinearInTheCountAndAlwaysSubtracts) {
  const Row row = {2, -2, 0, 5, kGone};
  EXPECT_EQ(After(row, R"({"type": "frequency_penalty", "penalty": 0.5})",
                  {3, 3}, {0, 1, 1, 2, 2, 2, 4}),
            (Row{1.5, -3, -1.5, 5, kGone}));
  EXPECT_EQ(After(row, R"({"type": "frequency_penalty", "penalty": -0.5,
                           "scope": "both"})",
                  {3, 3}, {0, 1, 1}),
            (Row{2.5, -1, 0, 6, kGone}));
  EXPECT_EQ(After(row, R"({"type": "frequency_penalty", "penalty": 1,
                           "window": 2})",
                  {3}, {0, 1, 1, 2}),
            (Row{2, -3, -1, 5, kGone}));
}

TEST(PresencePenalty, SubtractsOnce) {
  const Row row = {2, -2, 0, 5};
  EXPECT_EQ(After(row, R"({"type": "presence_penalty", "penalty": 0.5})", {3},
                  {0, 1, 1, 1, 2}),
            (Row{1.5, -2.5, -0.5, 5}));
  EXPECT_EQ(After(row, R"({"type": "presence_penalty", "penalty": 0.5,
                           "scope": "prompt"})",
                  {3}, {0}),
            (Row{2, -2, 0, 4.5}));
}

TEST(CountPenalties, CommuteWithEachOtherButNotWithRepetition) {
  const std::string f = R"({"type": "frequency_penalty", "penalty": 0.5})";
  const std::string p = R"({"type": "presence_penalty", "penalty": 0.25})";
  const std::string r = R"({"type": "repetition_penalty", "penalty": 2})";
  const Row row = {4, 3};
  const std::vector<std::int32_t> output = {0, 0};
  EXPECT_EQ(After(row, f + "," + p, {}, output),
            After(row, p + "," + f, {}, output));
  EXPECT_NE(After(row, f + "," + r, {}, output),
            After(row, r + "," + f, {}, output));
}

// ---- Draws ------------------------------------------------------------------

TEST(Greedy, TakesTheHeadWithoutRandomness) {
  const Row row = {1, 3, 3, 2};
  for (const std::string stages :
       {R"({"type": "greedy"})",
        R"({"type": "temperature", "temperature": 0}, {"type": "categorical"})",
        R"({"type": "top_k", "k": 1}, {"type": "categorical"})",
        R"({"type": "top_p", "p": 0}, {"type": "categorical",
            "order": "rank"})"}) {
    const Pipeline pipeline = MakePipeline(stages, 4);
    Workspace workspace;
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
      const Token token =
          pipeline.Sample(absl::Span<const double>(row),
                          MakeSequence(4, {}, {}, seed), workspace);
      EXPECT_EQ(token.id, 1);
      EXPECT_EQ(token.bits == 0, absl::StrContains(stages, "greedy"));
    }
  }
  EXPECT_EQ(Kept(row, R"({"type": "greedy"})"), "0100");
}

TEST(Categorical, DrawsByTheBitsOfItsPosition) {
  const Row row = Logs({0.125, 0.5, 0.125, 0.25});
  for (const std::string order : {"id", "rank"}) {
    const Pipeline pipeline = MakePipeline(
        R"({"type": "categorical", "order": ")" + order + "\"}", 4);
    Workspace workspace;
    for (std::int32_t position = 0; position < 200; ++position) {
      const Sequence sequence = MakeSequence(
          4, {},
          std::vector<std::int32_t>(static_cast<std::size_t>(position % 20), 0),
          static_cast<std::uint64_t>(position), 3);
      const Token token =
          pipeline.Sample(absl::Span<const double>(row), sequence, workspace);
      EXPECT_EQ(token.bits, sequence.coins().Bits(Purpose::kTokenDraw));
      const double u = token.u();
      const int by_id = u < 0.125 ? 0 : u < 0.625 ? 1 : u < 0.75 ? 2 : 3;
      const int by_rank = u < 0.5 ? 1 : u < 0.75 ? 3 : u < 0.875 ? 0 : 2;
      EXPECT_EQ(token.id, order == "id" ? by_id : by_rank) << u;
    }
  }
}

}  // namespace
}  // namespace sampler::stages_test
