// SynthID-Text: what its reference code gives, contexts, and what the state of
// a sequence means to it. Its laws are in synthid_laws_test.cc.

#include <cmath>
#include <cstdint>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "sampler/config.h"
#include "sampler/watermark/synthid_hash.h"
#include "sampler/watermark/synthid_mark.h"
#include "tests/support/pipelines.h"
#include "tests/support/rows.h"

namespace sampler::synthid_test {
namespace {

using nlohmann::json;
using Row = std::vector<double>;
using Tokens = std::vector<std::int32_t>;

// ---- The reference code -----------------------------------------------------

// tests/data/make_synthid.py made them.
json Records() {
  std::ifstream file(SAMPLER_TEST_DATA "/synthid.json");
  EXPECT_TRUE(file.good());
  return json::parse(file);
}

constexpr std::int64_t kGoldenSize = 24;

Row GoldenRow(int step) {
  Row row;
  for (int i = 0; i < kGoldenSize; ++i) {
    row.push_back(((37 * i + 11 * step) % 53) / 8.0);
  }
  return row;
}

SynthIdRule GoldenRule(const json& stage) {
  SynthIdRule rule = {.keys = stage["keys"], .ngram_len = stage["ngram_len"]};
  rule.context_history = stage.value("context_history", rule.context_history);
  if (stage.contains("table")) {
    rule.hash = SynthIdRule::Hash::kHuggingFace;
    rule.table = stage["table"].get<std::vector<std::int64_t>>();
  }
  return rule;
}

TEST(SynthId, GivesTheProbabilitiesOfTheReference) {
  int records = 0;
  Workspace workspace;
  for (const json& record : Records()) {
    ++records;
    json stage = record["stage"];
    stage["type"] = "synthid";
    const Pipeline pipeline = MakePipeline(stage.dump(), kGoldenSize);
    Sequence sequence = MakeSequence(kGoldenSize, {20, 21, 22});
    for (std::size_t step = 0; step < record["logprobs"].size(); ++step) {
      const Row row = GoldenRow(static_cast<int>(step));
      const Distribution d =
          pipeline.Process(absl::MakeConstSpan(row), sequence, workspace);
      for (TokenId id = 0; id < kGoldenSize; ++id) {
        const double expected =
            std::exp(record["logprobs"][step][static_cast<std::size_t>(id)]
                         .get<double>());
        EXPECT_NEAR(d.Probability(id), expected, 1e-12)
            << record["stage"] << ", step " << step << ", token " << id;
      }
      if (step == record["output"].size()) break;
      ASSERT_TRUE(
          sequence.AcceptId(record["output"][step].get<std::int32_t>()).ok());
    }
  }
  EXPECT_EQ(records, 16);
}

TEST(SynthIdHash, GivesTheBitsOfTheReference) {
  for (const json& record : Records()) {
    const SynthIdHash hash(GoldenRule(record["stage"]));
    const Tokens text = record["output"];
    const std::size_t width = hash.rule().context_width();
    for (std::size_t at = width; at < text.size(); ++at) {
      const auto before = absl::MakeConstSpan(text).first(at);
      EXPECT_EQ(hash.Marks(before, width), record["mask"][at - width] == 1);
      for (std::size_t layer = 0; layer < hash.layers(); ++layer) {
        EXPECT_EQ(hash.G(hash.Context(before), text[at], layer),
                  record["g"][at - width][layer] == 1);
      }
    }
  }
}

TEST(ScoreSynthIdMark, GivesTheScoresOfTheReference) {
  for (const json& record : Records()) {
    const Tokens text = record["output"];
    const SynthIdScore score =
        ScoreSynthIdMark(GoldenRule(record["stage"]), text);
    std::int64_t judged = 0;
    for (const json& bit : record["mask"]) judged += bit.get<std::int64_t>();
    EXPECT_EQ(score.tokens, judged);
    EXPECT_NEAR(score.mean, record["mean"].get<double>(), 1e-12);
    EXPECT_NEAR(score.weighted_mean, record["weighted_mean"].get<double>(),
                1e-12);
  }
}

// ---- Contexts ---------------------------------------------------------------

const std::string kStage =
    R"({"type": "synthid", "keys": [5, 6, 7], "ngram_len": 3)";

// Is the step after `output` marked?
bool IsMarked(const std::string& more, const Tokens& output,
              const Tokens& prompt = {}) {
  const Row row = {1, 2, 3, 4, 5, 6, 7, 8};
  return After(row, kStage + more + "}", prompt, output) != row;
}

TEST(SynthId, MarksNoContextTwice) {
  EXPECT_TRUE(IsMarked("", {}));
  EXPECT_TRUE(IsMarked("", {1}));
  EXPECT_TRUE(IsMarked("", {1, 2, 3}));
  EXPECT_FALSE(IsMarked("", {1, 2, 3, 1, 2}));
  EXPECT_TRUE(IsMarked("", {1, 2, 3, 2, 1}));
  // Before the first token stand zeros.
  EXPECT_FALSE(IsMarked("", {0}));
  EXPECT_FALSE(IsMarked("", {4, 5, 0, 0}));
  // Only output tokens count, and the prompt makes no context.
  EXPECT_TRUE(IsMarked("", {1, 2}, {1, 2, 3}));
  EXPECT_EQ(After({1, 2, 3}, kStage + "}", {1, 2}, {0, 1}),
            After({1, 2, 3}, kStage + "}", {}, {0, 1}));
}

TEST(SynthId, ForgetsContextsAfterAWhile) {
  const Tokens output = {1, 2, 3, 1, 2};  // The same context 3 tokens ago.
  EXPECT_TRUE(IsMarked(R"(, "context_history": 0)", output));
  EXPECT_TRUE(IsMarked(R"(, "context_history": 2)", output));
  EXPECT_FALSE(IsMarked(R"(, "context_history": 3)", output));
  EXPECT_FALSE(IsMarked(R"(, "context_history": 9223372036854775807)", output));
}

TEST(SynthId, MaySkipTheFirstTokens) {
  const std::string skip = R"(, "skip_first": true)";
  EXPECT_FALSE(IsMarked(skip, {}));
  EXPECT_FALSE(IsMarked(skip, {1}));
  EXPECT_TRUE(IsMarked(skip, {1, 2}));
  // What was skipped is not remembered: (0, 0) was the first context.
  EXPECT_TRUE(IsMarked(skip, {4, 5, 0, 0}));
  EXPECT_FALSE(IsMarked(skip, {4, 5, 0, 0, 0}));
}

TEST(SynthId, TakesContextsOfAnyLength) {
  const Row row = {1, 2, 3};
  const std::string stage = R"({"type": "synthid", "keys": [1], "ngram_len": )";
  EXPECT_NE(After(row, stage + "9223372036854775807}", {}, {0, 1}), row);
  // Longer ones are zeros and the text, however many zeros.
  EXPECT_NE(After(row, stage + "9223372036854775807}", {}, {0, 1}),
            After(row, stage + "9223372036854775806}", {}, {0, 1}));
}

TEST(SynthId, WantsATableForTheHashThatReadsOne) {
  const auto parse = [](absl::string_view parameters) {
    const auto config = ParseConfig(absl::StrCat(R"({"version": 1, "stages": [
  {"type": "synthid", )",
                                                 parameters, "}]}"));
    return config.ok() ? "ok" : std::string(config.status().message());
  };
  EXPECT_EQ(parse(R"("keys": [1], "hash": "hf", "table": [0, 1])"), "ok");
  EXPECT_EQ(parse(R"("keys": [1], "hash": "hf")"),
            "2:3: /stages/0: want \"table\", as \"hash\" is \"hf\"");
}

// ---- Candidates -------------------------------------------------------------

TEST(SynthId, RunsOnSurvivorsOnly) {
  const Row row = {1, 2, kGone, 4, 5, kGone, 7, 6.5};
  Row other = row;
  other[0] = -3;  // Below the cut, as before.
  const std::string stages = R"({"type": "top_k", "k": 4},)" + kStage + "}";
  const Row marked = After(row, stages);
  EXPECT_EQ(RunStages(row, stages).kept(), "00011011");
  EXPECT_EQ(marked, After(other, stages));
}

TEST(SynthId, RemovesNobody) {
  const Row row = {1, -500, 2, 3, kGone, -40, -36, 0};
  EXPECT_EQ(RunStages(row, kStage + "}").kept(), "11110111");
}

TEST(SynthId, IsBlindToAConstantAndToWeightlessTokens) {
  const Row row = {1, 2, 3, 4};
  const Row far = {1 + 0x1p40, 2 + 0x1p40, 3 + 0x1p40, 4 + 0x1p40};
  const Row marked = After(row, kStage + "}");
  EXPECT_EQ(After(far, kStage + "}"), marked);
  const Row tail = After({1, 2, 3, 4, -90}, kStage + "}");
  EXPECT_EQ(Row(tail.begin(), tail.end() - 1), marked);
}

TEST(SynthId, LeavesLogProbabilitiesThatSumToOneAtEveryDepth) {
  const std::vector<float> row = MakeRow(RowKind::kGaussian, 500, 1);
  Workspace workspace;
  std::string keys = "1";
  for (int depth = 1; depth <= 40; ++depth) {
    const Pipeline pipeline =
        MakePipeline(R"({"type": "synthid", "keys": [)" + keys + "]}", 500);
    double sum = 0.0;
    pipeline.Process(row, MakeSequence(500), workspace)
        .ForEach([&](TokenId, double logit) { sum += std::exp(logit); });
    EXPECT_NEAR(sum, 1.0, 1e-12) << depth;
    absl::StrAppend(&keys, ",", depth * 1000003);
  }
}

// ---- Sequences --------------------------------------------------------------

TEST(SynthId, IsExactUnderRollbackSnapshotAndFork) {
  constexpr std::int64_t kSize = 500;
  const Pipeline pipeline = MakePipeline(
      R"({"type": "top_k", "k": 2},
         {"type": "synthid", "keys": [1, 2, 3], "ngram_len": 2})",
      kSize);
  const std::vector<float> row = MakeRow(RowKind::kGaussian, kSize, 2);
  Workspace workspace;
  Sequence sequence = MakeSequence(kSize, {3, 14});
  Tokens first;
  for (int t = 0; t < 30; ++t) {
    const Token token = pipeline.Sample(row, sequence, workspace);
    first.push_back(token.id);
    ASSERT_TRUE(sequence.Accept(token).ok());
  }
  ASSERT_TRUE(sequence.Rollback(20).ok());
  Sequence restored = Sequence::Restore(sequence.Snapshot()).value();
  Sequence copy = sequence;
  for (std::size_t t = 10; t < 30; ++t) {
    for (Sequence* s : {&sequence, &restored, &copy}) {
      const Token token = pipeline.Sample(row, *s, workspace);
      EXPECT_EQ(token.id, first[t]);
      ASSERT_TRUE(s->Accept(token).ok());
    }
  }
}

}  // namespace
}  // namespace sampler::synthid_test
