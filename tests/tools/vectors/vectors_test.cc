// Conformance vectors: they cover every stage, agree with the oracle, are those
// that are shipped, and a re-implementation that was written from the
// documentation alone reproduces them.

#include <algorithm>
#include <cstdlib>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "sampler/stages/registry.h"
#include "tests/oracle/pipeline.h"
#include "tests/tools/in_process.h"
#include "tests/tools/tool.h"
#include "tools/vectors/check.h"
#include "tools/vectors/vector.h"

namespace sampler::tools {
namespace {

using Json = nlohmann::json;

std::string Written() { return RunInProcess({"vectors"}).out; }

TEST(Vectors, CoverEveryStage) {
  std::set<std::string> seen;
  for (const ConformanceVector& vector : StandardVectors().vectors) {
    EXPECT_EQ(vector.answer.status, "ok") << vector.id;
    for (const StageConfig& stage : vector.config.stages) {
      seen.insert(stage.type);
    }
  }
  // It speaks of a phase, which a config of one stage has not.
  seen.insert("thinking_budget");
  for (const StageType& type : StageRegistry::BuiltIn().types()) {
    EXPECT_EQ(seen.count(std::string(type.name)), 1u) << type.name;
  }
}

// No answer is trivial: rows where nothing can be told apart would prove
// nothing.
TEST(Vectors, TellSamplersApart) {
  std::set<std::vector<std::int32_t>> kept;
  std::set<std::int32_t> tokens;
  for (const ConformanceVector& vector : StandardVectors().vectors) {
    kept.insert(vector.answer.kept);
    tokens.insert(vector.answer.token);
  }
  EXPECT_GE(kept.size(), 30u);
  EXPECT_EQ(tokens.size(), 8u);
}

TEST(Vectors, AgreeWithTheOracle) {
  int compared = 0;
  for (const ConformanceVector& vector : StandardVectors().vectors) {
    const Json stages = Json::parse(ToJson(vector.config))["stages"];
    if (!oracle::Supports(stages) || !vector.unconditional.empty() ||
        vector.uniform.has_value()) {
      continue;
    }
    oracle::Context context;
    context.seed = vector.seed;
    context.stream = vector.stream;
    context.prompt.assign(vector.prompt.begin(), vector.prompt.end());
    context.output.assign(vector.tokens.begin(), vector.tokens.end());
    const std::vector<double> row(vector.row.begin(), vector.row.end());
    const oracle::Result result = oracle::RunStages(row, stages, context);
    std::vector<std::pair<std::int32_t, std::int64_t>> weights;
    for (const oracle::Candidate& c : result.candidates) {
      weights.emplace_back(c.id, static_cast<std::int64_t>(c.weight));
    }
    std::sort(weights.begin(), weights.end());
    std::vector<std::pair<std::int32_t, std::int64_t>> ours;
    for (std::size_t i = 0; i < vector.answer.kept.size(); ++i) {
      ours.emplace_back(vector.answer.kept[i], vector.answer.weights[i]);
    }
    EXPECT_EQ(ours, weights) << vector.id;
    EXPECT_EQ(result.token.value_or(-1), vector.answer.token) << vector.id;
    ++compared;
  }
  EXPECT_GT(compared, 180);
}

TEST(Vectors, ReadAsTheyWereWritten) {
  const auto set = ParseVectors(Written());
  ASSERT_TRUE(set.ok()) << set.status();
  const VectorCheck check = CheckVectors(*set, 0);
  EXPECT_EQ(check.agreeing, check.checked);
  EXPECT_EQ(check.close, 0);
  EXPECT_EQ(ToJsonText(*set), Written());
}

// What the library answers today is what it answered when they were shipped:
// only additions.
TEST(Vectors, ThoseThatAreShippedStillHold) {
  const ToolResult result =
      RunInProcess({"vectors", "--check", DataFile("vectors.json")});
  EXPECT_EQ(result.exit_code, 0) << result.out << result.err;
}

TEST(Vectors, AWrongAnswerIsNamed) {
  Json vectors = Json::parse(Written());
  Json& answer = vectors["vectors"][40]["answer"];
  answer["token"] = answer["token"].get<int>() + 1;
  vectors["weights"][3]["weight"] =
      vectors["weights"][3]["weight"].get<std::int64_t>() + 1;
  const std::string file = WriteTemporary("wrong.json", vectors.dump());
  const ToolResult strict = RunInProcess({"vectors", "--check", file});
  EXPECT_EQ(strict.exit_code, 1);
  EXPECT_TRUE(Says(strict.out, "weight of -2.25: weight: got "));
  EXPECT_TRUE(Says(strict.out,
                   absl::StrCat(vectors["vectors"][40]["id"].get<std::string>(),
                                ": token: got ")));
  const ToolResult loose =
      RunInProcess({"vectors", "--check", file, "--weights-within", "1"});
  EXPECT_EQ(loose.exit_code, 1);
  EXPECT_FALSE(absl::StrContains(loose.out, "weight of"));
  EXPECT_TRUE(Says(loose.out, "1 of them with weights that are off"));
  const Json json =
      Json::parse(RunInProcess({"vectors", "--check", file, "--json"}).out);
  EXPECT_EQ(json["differences"].size(), 2u);
}

TEST(Vectors, WhatIsNoVectorSaysWhere) {
  const auto complaint = [](const Json& json) {
    return RunInProcess(
               {"vectors", "--check", WriteTemporary("bad.json", json.dump())})
        .err;
  };
  Json vectors = Json::parse(Written());
  Json changed = vectors;
  changed["vectors"][2].erase("seed");
  EXPECT_TRUE(Says(complaint(changed), "/vectors/2/seed: missing"));
  changed = vectors;
  changed["vectors"][2]["sead"] = 1;
  EXPECT_TRUE(Says(complaint(changed), "/vectors/2/sead: no such field"));
  changed = vectors;
  changed["vectors"][2]["row"][1] = 0.1;
  EXPECT_TRUE(Says(complaint(changed),
                   "/vectors/2/row/1: got 0.1, want a number that float32"));
  changed = vectors;
  changed["vectors"][2]["config"]["stages"] = Json::array();
  EXPECT_TRUE(Says(complaint(changed), "/vectors/2/config: "));
  changed = vectors;
  changed["philox"][0]["key"] = {1, 2, 3};
  EXPECT_TRUE(Says(complaint(changed), "/philox/0/key: got [1,2,3], want 2"));
  EXPECT_TRUE(Says(complaint(Json::array()), "want an object"));
  EXPECT_EQ(RunInProcess({"vectors", "--check", "/no/such"}).exit_code, 2);
  EXPECT_EQ(RunInProcess({"vectors", "--weights-within", "1"}).exit_code, 2);
}

TEST(Vectors, AChainOfOnesOwnHasVectorsToo) {
  const auto set = ParseVectors(
      RunInProcess({"vectors", "--top-k", "2", "--temp", "0.5"}).out);
  ASSERT_TRUE(set.ok());
  ASSERT_EQ(set->vectors.size(), 4u);
  EXPECT_EQ(ChainText(set->vectors[0].config),
            "top_k(2) -> temperature(0.5) -> categorical");
  EXPECT_EQ(set->vectors[0].answer.kept.size(), 2u);
}

TEST(Vectors, AReimplementationReproducesThem) {
  if (std::system("python3 -c 'import decimal' >/dev/null 2>&1") != 0) {
    GTEST_SKIP() << "no python3";
  }
  const std::string source = WriteTemporary("vectors.json", Written());
  const std::string target = WriteTemporary("answers.json", "");
  const std::string script = absl::StrCat(
      SAMPLER_SOURCE_DIR, "/tests/tools/vectors/reimplementation.py");
  ASSERT_EQ(std::system(absl::StrCat("python3 '", script, "' '", source, "' '",
                                     target, "' >/dev/null")
                            .c_str()),
            0);
  const auto answered = ParseVectors(ReadAll(target));
  ASSERT_TRUE(answered.ok()) << answered.status();
  EXPECT_GE(answered->vectors.size(), 32u);
  const VectorCheck check = CheckVectors(*answered, 1);
  for (const VectorDifference& d : check.differences) {
    ADD_FAILURE() << d.id << ": " << d.field << ": got " << d.got << ", want "
                  << d.want;
  }
  EXPECT_EQ(check.agreeing, check.checked);
}

TEST(Vectors, ShowNoKey) {
  const std::string config =
      WriteTemporary("keyed.json", R"({"version": 1, "stages": [
        {"type": "gumbel_watermark", "key": 918273645,
         "context_width": 2}]})");
  const ToolResult result = RunTool({"vectors", "--config", config});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_TRUE(Says(result.err, "key of a watermark"));
  EXPECT_EQ((result.out + result.err).find("918273645"), std::string::npos);
}

}  // namespace
}  // namespace sampler::tools
