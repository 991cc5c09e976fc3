// The stages that remember what was drawn: both against the oracle along a
// sequence, and adaptive_p. The laws of mirostat are mirostat_test.cc's.

#include <cmath>
#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/oracle/pipeline.h"
#include "tests/oracle/stages/memory.h"
#include "tests/support/pipelines.h"
#include "tests/support/zipf_steps.h"

namespace sampler::stages_memory_test {
namespace {

using nlohmann::json;
using Row = std::vector<double>;

const std::vector<std::string>& MirostatStages() {
  static const std::vector<std::string> stages = {
      R"({"type": "mirostat", "tau": 3})",
      R"({"type": "mirostat", "tau": 3, "surprise": "original"})",
      R"({"type": "mirostat", "version": 1, "tau": 3})",
      R"({"type": "mirostat", "version": 1, "tau": 4, "m": 20, "eta": 0.3,
          "surprise": "original"})"};
  return stages;
}

// ---- Both, step by step ----------------------------------------------------

// Kept set, token and memory of every step are those of the oracle.
TEST(Memory, OfMirostatEqualsTheOracles) {
  std::mt19937_64 random(1);
  Workspace workspace;
  for (const std::string& text : MirostatStages()) {
    const Pipeline pipeline = MakePipeline(text, kSize);
    Sequence s = MakeSequence(kSize, {}, {}, 17);
    json stage = json::parse(text);
    double mu = 2 * stage.at("tau").get<double>();
    oracle::Context context;
    context.seed = 17;
    for (int step = 0; step < 60; ++step) {
      const Row row = ZipfRow(random);
      stage["mu"] = mu;
      const oracle::Result want = oracle::RunStages(
          row, json::array({stage, {{"type", "categorical"}}}), context);
      const Token token = Step(pipeline, row, s, workspace);
      ASSERT_EQ(token.id, want.token) << text;
      ASSERT_EQ(
          pipeline.Process(absl::Span<const double>(row), s, workspace).Count(),
          static_cast<std::int64_t>(want.candidates.size()));
      const oracle::Result whole = oracle::RunStages(row, json::array());
      const bool original = stage.value("surprise", "") == "original";
      mu = oracle::MirostatMoved(
          stage, mu, (original ? whole : want).Probability(token.id));
      ASSERT_TRUE(s.Accept(token).ok());
      context.output.push_back(token.id);
      ASSERT_EQ(s.state().size(), 1u);
      ASSERT_EQ(s.state()[0], mu) << text << ", step " << step;
    }
  }
}

TEST(Memory, OfAdaptivePEqualsTheOracles) {
  std::mt19937_64 random(2);
  Workspace workspace;
  json stage = {{"type", "adaptive_p"}, {"target", 0.4}, {"decay", 0.8}};
  const json cut = {{"type", "min_p"}, {"p", 0.05}};
  const Pipeline pipeline =
      MakePipeline(cut.dump() + "," + stage.dump(), kSize);
  Sequence s = MakeSequence(kSize, {}, {}, 18);
  double ws = 0.4 / (1 - 0.8);
  double tw = 1 / (1 - 0.8);
  oracle::Context context;
  context.seed = 18;
  for (int step = 0; step < 100; ++step) {
    const Row row = ZipfRow(random);
    stage["ws"] = ws;
    stage["tw"] = tw;
    const oracle::Result want = oracle::RunStages(
        row, json::array({cut, stage, {{"type", "categorical"}}}), context);
    const Token token = Step(pipeline, row, s, workspace);
    ASSERT_EQ(token.id, want.token);
    // By its probability before the transform.
    ws = oracle::RunStages(row, json::array({cut})).Probability(token.id) +
         0.8 * ws;
    tw = 1 + 0.8 * tw;
    ASSERT_TRUE(s.Accept(token).ok());
    context.output.push_back(token.id);
    ASSERT_EQ(std::vector<double>(s.state().begin(), s.state().end()),
              (std::vector<double>{ws, tw}));
  }
}

// Rejected draws, retries and rejected drafts cost nothing.
TEST(Memory, MovesWithTheAcceptedDrawAlone) {
  std::mt19937_64 random(3);
  Workspace workspace;
  std::vector<std::string> chains = MirostatStages();
  chains.push_back(R"({"type": "adaptive_p", "target": 0.3})");
  for (const std::string& stages : chains) {
    const Pipeline pipeline = MakePipeline(stages, kSize);
    Sequence s = MakeSequence(kSize);
    const Row first = ZipfRow(random);
    ASSERT_TRUE(s.Accept(Step(pipeline, first, s, workspace)).ok());
    const Sequence before = s;
    const Row row = ZipfRow(random);
    const Token token = Step(pipeline, row, s, workspace);
    for (int i = 0; i < 5; ++i) {
      EXPECT_EQ(Step(pipeline, row, s, workspace).id, token.id);
      Step(pipeline, ZipfRow(random), s, workspace);
    }
    EXPECT_TRUE(s == before);
    const std::vector<double> memory(s.state().begin(), s.state().end());
    ASSERT_TRUE(s.Accept(token, (token.id + 1) % 1000).ok());
    EXPECT_EQ(std::vector<double>(s.state().begin(), s.state().end()), memory);
    ASSERT_TRUE(s.Rollback(1).ok());
    ASSERT_TRUE(s.Accept(token).ok());
    EXPECT_NE(std::vector<double>(s.state().begin(), s.state().end()), memory);
  }
}

// At every position: rollback, snapshot and fork stand where a sequence that
// never went further stands, and go on as it does.
TEST(Memory, IsExactUnderRollbackSnapshotAndFork) {
  std::mt19937_64 random(4);
  Workspace workspace;
  std::vector<std::string> chains = MirostatStages();
  chains.push_back(R"({"type": "mirostat", "tau": 4},
                      {"type": "adaptive_p", "target": 0.3})");
  for (const std::string& stages : chains) {
    const Pipeline pipeline = MakePipeline(stages, kSize);
    std::vector<Row> rows;
    std::vector<Sequence> past = {MakeSequence(kSize)};
    for (int i = 0; i < 24; ++i) {
      rows.push_back(ZipfRow(random));
      Sequence next = past.back();
      ASSERT_TRUE(
          next.Accept(Step(pipeline, rows.back(), next, workspace)).ok());
      past.push_back(next);
    }
    for (std::size_t n = 0; n < past.size(); ++n) {
      Sequence back = past.back();
      ASSERT_TRUE(
          back.Rollback(static_cast<std::int64_t>(past.size() - 1 - n)).ok());
      ASSERT_TRUE(back == past[n]) << n;
      const auto restored = Sequence::Restore(past[n].Snapshot());
      ASSERT_TRUE(restored.ok()) << restored.status();
      ASSERT_TRUE(*restored == past[n]) << n;
      const Sequence fork = past[n].Fork(9);
      ASSERT_EQ(
          std::vector<double>(fork.state().begin(), fork.state().end()),
          std::vector<double>(past[n].state().begin(), past[n].state().end()));
      for (Sequence s : {back, *restored}) {
        for (std::size_t i = n; i < rows.size(); ++i) {
          ASSERT_TRUE(s.Accept(Step(pipeline, rows[i], s, workspace)).ok());
        }
        ASSERT_TRUE(s == past.back()) << n;
      }
    }
  }
}

// A stage that remembers nothing at its parameters stands beside one that does.
TEST(Memory, IsOfTheStagesThatHaveOneAlone) {
  std::mt19937_64 random(11);
  const Row row = ZipfRow(random);
  const std::string mirostat = R"({"type": "mirostat", "tau": 3})";
  const std::string neutral = R"({"type": "adaptive_p", "target": null})";
  Workspace workspace;
  const Sequence fresh = MakeSequence(kSize);
  const Token both = Step(MakePipeline(mirostat + "," + neutral, kSize), row,
                          fresh, workspace);
  const Token one = Step(MakePipeline(mirostat, kSize), row, fresh, workspace);
  EXPECT_EQ(both.id, one.id);
  EXPECT_EQ(both.state.values, one.state.values);
}

// ---- adaptive_p ------------------------------------------------------------

TEST(AdaptiveP, StartsAtItsTarget) {
  const Row row = Logs({.5, .25, .125, .125});
  const Outcome outcome =
      RunStages(row, R"({"type": "adaptive_p", "target": 0.25})");
  EXPECT_NEAR(outcome.logits[1], 5.0, 1e-12);
  const double d = 0.25 / 0.3;
  EXPECT_NEAR(outcome.logits[0], 5 - 10 * d * d / (1 + d), 1e-12);
  const double e = 0.125 / 0.3;
  EXPECT_NEAR(outcome.logits[2], 5 - 10 * e * e / (1 + e), 1e-12);
  EXPECT_EQ(outcome.logits[3], outcome.logits[2]);
}

TEST(AdaptiveP, GivesCandidatesWithoutWeightALogitToo) {
  const double inf = std::numeric_limits<double>::infinity();
  const Outcome outcome =
      RunStages({0, -100, -inf}, R"({"type": "adaptive_p", "target": 0.3})");
  EXPECT_NEAR(outcome.logits[1], 0.0, 1e-12);
  EXPECT_EQ(outcome.logits[2], -inf);
}

// The bell is wide, so the mean comes near the target rather than to it: an
// error of 0.06 is allowed, on rows that offer probabilities around it.
TEST(AdaptiveP, BringsTheMeanProbabilityNearItsTarget) {
  Workspace workspace;
  std::vector<double> means;
  for (const double target : {0.3, 0.4, 0.5}) {
    const Pipeline pipeline = MakePipeline(
        R"({"type": "min_p", "p": 0.05}, {"type": "adaptive_p", "target": )" +
            std::to_string(target) + "}",
        8);
    std::mt19937_64 random(8);
    Sequence s = MakeSequence(8, {}, {}, 9);
    double sum = 0;
    const int steps = 3000;
    for (int i = 0; i < steps; ++i) {
      Row row(8);
      for (double& v : row) v = static_cast<double>(random() % 7000) / 1000.0;
      const Token token = Step(pipeline, row, s, workspace);
      const double before = s.state().empty() ? 0.0 : s.state()[0];
      ASSERT_TRUE(s.Accept(token).ok());
      if (i > 0) sum += s.state()[0] - 0.9 * before;
    }
    means.push_back(sum / (steps - 1));
    EXPECT_NEAR(means.back(), target, 0.06);
  }
  EXPECT_LT(means[0], means[1]);
  EXPECT_LT(means[1], means[2]);
}

TEST(AdaptiveP, StandsDirectlyBeforeTheDraw) {
  EXPECT_EQ(std::string(ParseConfig(R"({"version": 1, "stages": [
  {"type": "adaptive_p", "target": 0.3},
  {"type": "temperature", "temperature": 2},
  {"type": "categorical"}]})")
                            .status()
                            .message()),
            "2:3: /stages/0: \"adaptive_p\" must stand directly before the "
            "draw, got \"temperature\" after it");
  EXPECT_TRUE(ParseConfig(R"({"version": 1, "stages": [
      {"type": "temperature", "temperature": 2},
      {"type": "adaptive_p", "target": 0.3}, {"type": "greedy"}]})")
                  .ok());
}

}  // namespace
}  // namespace sampler::stages_memory_test
