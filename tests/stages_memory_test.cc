// The stages that remember what was drawn: mirostat and adaptive_p.

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/oracle/memory.h"
#include "tests/oracle/pipeline.h"
#include "tests/pipelines.h"
#include "tests/test_share.h"

namespace sampler {
namespace {

using nlohmann::json;
using Row = std::vector<double>;

constexpr std::int64_t kSize = 1000;

// Log-probabilities of about Zipf's law, shuffled by a rotation.
Row ZipfRow(std::mt19937_64& random) {
  Row row(kSize);
  const double exponent = 0.8 + static_cast<double>(random() % 1000) / 1000.0;
  const std::size_t start = random() % kSize;
  for (std::size_t i = 0; i < row.size(); ++i) {
    row[(start + i) % kSize] = -exponent * Log(static_cast<double>(i + 1));
  }
  return row;
}

Token Step(const Pipeline& pipeline, const Row& row, const Sequence& s,
           Workspace& workspace) {
  return pipeline.Sample(absl::Span<const double>(row), s, workspace);
}

const std::vector<std::string>& MirostatStages() {
  static const std::vector<std::string> stages = {
      R"({"type": "mirostat", "tau": 3})",
      R"({"type": "mirostat", "tau": 3, "surprise": "original"})",
      R"({"type": "mirostat", "version": 1, "tau": 3})",
      R"({"type": "mirostat", "version": 1, "tau": 4, "m": 20, "eta": 0.3,
          "surprise": "original"})"};
  return stages;
}

// ---- Both, step by step
// -------------------------------------------------------

// Kept set, token and memory of every step are those of the oracle.
TEST(Mirostat, EqualsTheOracleAlongASequence) {
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

TEST(AdaptiveP, EqualsTheOracleAlongASequence) {
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

// ---- mirostat
// -------------------------------------------------------------------

// What feedback is for. The sum of S - tau is (mu_0 - mu_n) / eta, and mu moves
// within some 25 bits here, so 4,000 steps leave at most 0.07 bits.
TEST(Mirostat, BringsTheMeanSurpriseToTau) {
  Workspace workspace;
  for (const std::string version : {"1", "2"}) {
    for (const double tau : {1.5, 3.0, 4.5}) {
      const Pipeline pipeline =
          MakePipeline(R"({"type": "mirostat", "version": )" + version +
                           R"(, "tau": )" + std::to_string(tau) + "}",
                       kSize);
      std::mt19937_64 random(5);
      Sequence s = MakeSequence(kSize, {}, {}, 6);
      double sum = 0;
      const int steps = 4000;
      for (int i = 0; i < steps; ++i) {
        const Row row = ZipfRow(random);
        const Distribution d =
            pipeline.Process(absl::Span<const double>(row), s, workspace);
        const Token token = pipeline.DrawFrom(d, s, workspace);
        sum += -std::log2(d.Probability(token.id));
        ASSERT_TRUE(s.Accept(token).ok());
      }
      EXPECT_NEAR(sum / steps, tau, 0.07) << version;
    }
  }
}

TEST(Mirostat, KeepsWhatSurprisesByAtMostMu) {
  const double ln2 = 0.69314718055994530942;
  // Surprises of 1, 2, 3 and 3 bits, exactly.
  const Row row = {0, -ln2, -2 * ln2, -2 * ln2};
  EXPECT_EQ(Kept(row, R"({"type": "mirostat", "tau": 0.4999})"), "1000");
  EXPECT_EQ(Kept(row, R"({"type": "mirostat", "tau": 0.5})"), "1000");
  EXPECT_EQ(Kept(row, R"({"type": "mirostat", "tau": 0.9999})"), "1000");
  EXPECT_EQ(Kept(row, R"({"type": "mirostat", "tau": 1})"), "1100");
  EXPECT_EQ(Kept(row, R"({"type": "mirostat", "tau": 1.4999})"), "1100");
  EXPECT_EQ(Kept(row, R"({"type": "mirostat", "tau": 1.5})"), "1111");
}

TEST(Mirostat, KeepsAllThatHasWeightAtAHugeMu) {
  const Row row = {0, -30, -35, -40};
  EXPECT_EQ(Kept(row, R"({"type": "mirostat", "tau": 1e300})"), "1110");
  // The estimate does not look at weights.
  EXPECT_EQ(Kept(Row(4, 1.0), R"({"type": "mirostat", "version": 1,
                                  "tau": 100})"),
            "1111");
}

TEST(Mirostat, OneHoldsAtTheEdgesOfItsEstimate) {
  const auto kept = [](const Row& row, const std::string& tau) {
    return RunStages(
               row, R"({"type": "mirostat", "version": 1, "tau": )" + tau + "}")
        .kept();
  };
  const auto count = [&](const Row& row, const std::string& tau) {
    const std::string k = kept(row, tau);
    return std::count(k.begin(), k.end(), '1');
  };
  // One candidate: there is no gap to measure.
  EXPECT_EQ(kept({5}, "3"), "1");
  // Equal logits: s = 0, and k = (2^mu / (V - 1))^inf. llama.cpp turns that
  // infinity into an integer and leaves one of 1,000.
  EXPECT_EQ(count(Row(1000, 2.0), "5"), 1000);
  EXPECT_EQ(count(Row(1000, 2.0), "4.9"), 1);
  // 1^inf is NaN here: V = 17, mu = 4.
  EXPECT_EQ(count(Row(17, 2.0), "2"), 1);
  // Zipf's law itself: e = 0, k = 2^mu / ln V = 16 / 6.9.
  Row zipf(1000);
  for (std::size_t i = 0; i < zipf.size(); ++i) {
    zipf[i] = -Log(static_cast<double>(i + 1));
  }
  EXPECT_EQ(count(zipf, "2"), 2);
  EXPECT_EQ(count(zipf, "3"), 9);
  EXPECT_EQ(count(zipf, "600"), 1000);
  // Logits so far apart that exp(b) overflows.
  EXPECT_EQ(kept({900, 0, -900}, "3"), "100");
}

TEST(Mirostat, KeepsMuFinite) {
  Workspace workspace;
  for (const std::string stages :
       {R"({"type": "mirostat", "tau": 1.7e308, "eta": 1.7e308})",
        R"({"type": "mirostat", "tau": 1e-300, "eta": 1.7e308})",
        // A drawn token that had no weight when it was noted.
        R"({"type": "mirostat", "version": 1, "tau": 1e6},
           {"type": "temperature", "temperature": 1e6})"}) {
    const Pipeline pipeline = MakePipeline(stages, 50);
    Sequence s = MakeSequence(50);
    Row row(50);
    for (std::size_t i = 0; i < 50; ++i)
      row[i] = -40.0 * static_cast<double>(i);
    for (int step = 0; step < 20; ++step) {
      const Token token = Step(pipeline, row, s, workspace);
      ASSERT_EQ(token.status, RowStatus::kOk);
      ASSERT_TRUE(s.Accept(token).ok());
      ASSERT_TRUE(std::isfinite(s.state()[0])) << stages;
      ASSERT_TRUE(Sequence::Restore(s.Snapshot()).ok());
    }
  }
}

TEST(Mirostat, LearnsNothingAtEtaZero) {
  const Pipeline pipeline =
      MakePipeline(R"({"type": "mirostat", "tau": 2, "eta": 0})", kSize);
  std::mt19937_64 random(7);
  Sequence s = MakeSequence(kSize);
  Workspace workspace;
  for (int step = 0; step < 10; ++step) {
    ASSERT_TRUE(s.Accept(Step(pipeline, ZipfRow(random), s, workspace)).ok());
    EXPECT_EQ(s.state()[0], 4.0);
  }
}

// ---- adaptive_p
// -----------------------------------------------------------------

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
}  // namespace sampler
