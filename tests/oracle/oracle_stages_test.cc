// The oracle's edits, temperature, draws and statuses on examples worked out by
// hand.

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/oracle/pipeline.h"
#include "tests/oracle/stage_examples.h"

namespace oracle {
namespace {

TEST(OracleSoftmax, GivesThePublishedNumbers) {
  const struct {
    const char* stages;
    double want[3];
  } cases[] = {
      {R"([{"type": "temperature", "temperature": 2}])",
       {.18632372, .30719589, .50648039}},
      {R"([{"type": "temperature", "temperature": 1}])",
       {.09003057, .24472847, .66524096}},
      {R"([{"type": "temperature", "temperature": 0.5}])",
       {.01587624, .11731043, .86681333}},
  };
  for (const auto& c : cases) {
    const Result result = Process({1, 2, 3}, c.stages);
    for (TokenId id = 0; id < 3; ++id) {
      EXPECT_NEAR(result.Probability(id), c.want[id], 5e-9) << c.stages;
    }
  }
}

TEST(OracleTemperature, ZeroKeepsTheHead) {
  EXPECT_EQ(Kept({1, 3, 3, 2}, R"([{"type": "temperature",
                                    "temperature": 0}])"),
            "0100");
}

TEST(OracleTemperature, FollowsItsSchedule) {
  const auto scale = [](const std::string& rest, std::uint32_t position) {
    Context context;
    context.position = position;
    context.step = 7;
    return 1 / Logit(Process({0, 1},
                             R"([{"type": "temperature", "schedule":
                                {"from": 2, "to": 0.5, "steps": 4)" +
                                 rest + "}}]",
                             context),
                     1);
  };
  EXPECT_EQ(scale("", 0), 2);
  EXPECT_EQ(scale("", 4), 0.5);
  EXPECT_EQ(scale("", 400), 0.5);
  EXPECT_NEAR(scale("", 1), 1.625, 1e-15);
  EXPECT_NEAR(scale(R"(, "start": 10)", 12), 1.25, 1e-15);
  EXPECT_NEAR(scale(R"(, "shape": "exponential")", 1), std::sqrt(2), 1e-15);
  EXPECT_NEAR(scale(R"(, "shape": "cosine")", 1),
              0.5 + 0.75 * (1 + std::sqrt(0.5)), 1e-15);
  EXPECT_NEAR(scale(R"(, "clock": "step", "start": 5)", 0), 1.25, 1e-15);
}

TEST(OraclePenalties, FollowTheirFormulas) {
  Context context;
  context.prompt = {0, 1, 1};
  context.output = {2, 2, 2, 3};
  const std::vector<double> row = {2, -2, 4, 0, 1};
  const auto logits = [&](const std::string& stage) {
    const Result result = Process(row, "[" + stage + "]", context);
    std::vector<double> out;
    for (TokenId id = 0; id < 5; ++id) out.push_back(Logit(result, id));
    return out;
  };
  using Row = std::vector<double>;
  EXPECT_EQ(logits(R"({"type": "repetition_penalty", "penalty": 2})"),
            (Row{1, -4, 2, 0, 1}));
  EXPECT_EQ(logits(R"({"type": "repetition_penalty", "penalty": 2,
                       "scope": "prompt"})"),
            (Row{1, -4, 4, 0, 1}));
  EXPECT_EQ(logits(R"({"type": "repetition_penalty", "penalty": 2,
                       "ignore_first": 1})"),
            (Row{2, -4, 2, 0, 1}));
  EXPECT_EQ(logits(R"({"type": "repetition_penalty", "penalty": 2,
                       "window": 4})"),
            (Row{2, -2, 2, 0, 1}));
  EXPECT_EQ(logits(R"({"type": "frequency_penalty", "penalty": 0.5})"),
            (Row{2, -2, 2.5, -0.5, 1}));
  EXPECT_EQ(logits(R"({"type": "frequency_penalty", "penalty": 0.5,
                       "scope": "both", "window": null})"),
            (Row{1.5, -3, 2.5, -0.5, 1}));
  EXPECT_EQ(logits(R"({"type": "presence_penalty", "penalty": 0.5,
                       "scope": "both", "window": 3})"),
            (Row{2, -2, 3.5, -0.5, 1}));
}

TEST(OraclePenalties, NormalizeMakesRepetitionBlindToAConstant) {
  Context context;
  context.output = {0};
  const std::string stages = R"([{"type": "repetition_penalty",
                                  "penalty": 2, "normalize": true}])";
  // p = 1/2 each; the penalised one weighs p^2.
  for (double shift : {0.0, 5.0, -5.0}) {
    const Result result = Process({shift, shift}, stages, context);
    EXPECT_NEAR(result.Probability(0), 1.0 / 3, 1e-15);
    EXPECT_NEAR(Logit(result, 1), -std::log(2), 1e-15);
  }
}

TEST(OracleEdits, BiasSuppressAndAllow) {
  const Result biased = Process({1, 2, 3}, R"([{"type": "logit_bias",
      "bias": {"0": 4, "1": false}}, {"type": "logit_bias",
      "bias": {"0": 1, "1": 100}}])");
  EXPECT_EQ(Logit(biased, 0), 6);
  EXPECT_EQ(Logit(biased, 1), -kInfinity);
  EXPECT_EQ(Logit(biased, 2), 3);
  const std::string begin = R"([{"type": "suppress_tokens", "ids": [1],
                                 "when": "begin"}])";
  EXPECT_EQ(Kept({1, 2, 3}, begin), "101");
  Context later;
  later.output = {2};
  EXPECT_EQ(Kept({1, 2, 3}, begin, later), "111");
  EXPECT_EQ(Kept({1, 2, 3}, R"([{"type": "allow_tokens", "ids": [1]}])"),
            "010");
  EXPECT_EQ(Kept({1, -kInfinity, 3}, R"([{"type": "allow_tokens",
                                          "ids": [1]}])"),
            "no candidate");
}

TEST(OracleStatus, EndsThePipeline) {
  const double nan = std::nan("");
  const std::string ban = R"([{"type": "logit_bias", "bias": {"1": false}}])";
  EXPECT_EQ(Kept({1, nan, 2}, ban), "nan");
  EXPECT_EQ(Kept({kInfinity, nan, 2}, ban), "nan");
  EXPECT_EQ(Kept({1, kInfinity, 2}, ban), "infinite");
  EXPECT_EQ(Kept({-kInfinity, -kInfinity}, ban), "no candidate");
  EXPECT_EQ(Kept({1e300, 1}, R"([{"type": "temperature",
                                  "temperature": 1e-100}])"),
            "infinite");
  EXPECT_EQ(Kept({1, -1e300}, R"([{"type": "temperature",
                                   "temperature": 1e-100}])"),
            "10");
  // 1 / T overflows, and 0 times that is not a number.
  EXPECT_EQ(Kept({1, 0}, R"([{"type": "temperature", "temperature": 1e-310}])"),
            "nan");
  const Result ended = Process({1, nan}, R"([{"type": "greedy"}])");
  EXPECT_FALSE(ended.token.has_value());
  EXPECT_TRUE(ended.candidates.empty());
  EXPECT_TRUE(ended.snapshots.empty());
}

TEST(OracleDraws, GreedyTakesTheHeadOfTheTotalOrder) {
  const Result result = Process({-0.0, 0.0, -1}, R"([{"type": "greedy"}])");
  EXPECT_EQ(result.token, 0);
  EXPECT_EQ(result.candidates.size(), 1u);
  EXPECT_FALSE(result.u.has_value());
}

TEST(OracleDraws, CategoricalWalksByIdOrByRank) {
  // At seed, stream and position 0, u = 0xe169c58d... / 2^64 = 0.88...
  const std::vector<double> row = Logs({.2, .1, .7});
  const Result by_id = Process(row, R"([{"type": "categorical"}])");
  EXPECT_EQ(by_id.token, 2);
  EXPECT_EQ(by_id.u, 0x1.c2d38b1acc4fdp-1);
  const Result by_rank =
      Process(row, R"([{"type": "categorical", "order": "rank"}])");
  EXPECT_EQ(by_rank.token, 0);
  EXPECT_EQ(by_rank.u, by_id.u);
  EXPECT_EQ(by_rank.candidates.size(), 3u);
}

TEST(OraclePipeline, CountsWhatEachStageLeft) {
  const Result result = Process({1, 2, 3, 4}, R"([
      {"type": "top_k", "k": 3}, {"type": "min_p", "p": 0.3},
      {"type": "greedy"}])");
  ASSERT_EQ(result.snapshots.size(), 3u);
  EXPECT_EQ(result.snapshots[0].kept, 3u);
  EXPECT_EQ(result.snapshots[1].kept, 2u);
  EXPECT_EQ(result.snapshots[2].kept, 1u);
  EXPECT_EQ(result.snapshots[1].type, "min_p");
  EXPECT_THROW(Process({1}, R"([{"type": "topp"}])"), std::invalid_argument);
}

}  // namespace
}  // namespace oracle
