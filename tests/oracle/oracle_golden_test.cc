// The oracle against Hugging Face and llama.cpp on real rows: the subset in
// tests/data, and the complete sets where SAMPLER_SHARED_DIR names them.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <iostream>
#include <string>
#include <tuple>
#include <vector>

#include "tests/oracle/golden_data.h"
#include "tests/oracle/golden_harness.h"
#include "tests/oracle/pipeline.h"

namespace oracle {
namespace {

using nlohmann::json;

SamplerUnderTest Oracle() { return {RunStages, Supports}; }

class GoldenTest
    : public testing::TestWithParam<std::tuple<GoldenSet, GoldenSource>> {
 protected:
  static GoldenLog Log() {
    const auto& [set, source] = GetParam();
    return LoadGoldenLog(set.log_prefix + source.log);
  }
  static std::vector<json> Records(const std::string& kind) {
    const auto& [set, source] = GetParam();
    return LoadJsonLines(set.record_prefix + kind + "-" + source.records +
                         ".jsonl");
  }
  static void Judge(const GoldenReport& report) {
    RecordProperty("compared", report.compared);
    RecordProperty("numbers", report.numbers);
    RecordProperty("explained", static_cast<int>(report.explained.size()));
    RecordProperty("skipped", report.skipped);
    std::cout << report.Summary();
    for (const std::string& failure : report.failures) {
      ADD_FAILURE() << failure;
    }
  }
  static bool Complete() { return std::get<0>(GetParam()).name == "Complete"; }
  static bool Story() { return std::get<1>(GetParam()).log == "story"; }
};

class OracleHuggingFaceGoldenTest : public GoldenTest {};
class OracleLlamaGoldenTest : public GoldenTest {};
class OracleScoresGoldenTest : public GoldenTest {};

TEST_P(OracleHuggingFaceGoldenTest, KeepsWhatItKeepsInFloat64) {
  const GoldenLog log = Log();
  const GoldenReport report = CompareHf(log, Records("hf"), Oracle());
  Judge(report);
  // 28 of the chains, on every row of the subset, every second row of all.
  const int rows = static_cast<int>(log.rows.size());
  EXPECT_EQ(report.compared, 28 * (Complete() ? rows / 2 : rows));
}

TEST_P(OracleLlamaGoldenTest, KeepsWhatItKeepsUpToItsRoundingAndTies) {
  const GoldenLog log = Log();
  const GoldenReport report = CompareLlama(log, Records("llama"), Oracle());
  Judge(report);
  EXPECT_EQ(report.compared, 12 * static_cast<int>(log.rows.size()));
  // The rows where float32 sums or an unstable sort of ties made its set
  // another one; a growing number would mean that we have moved.
  const std::size_t known =
      Complete() ? (Story() ? 25 : 71) : (Story() ? 8 : 13);
  EXPECT_EQ(report.explained.size(), known);
}

// The log's own record of what Hugging Face's generate() left, in float32.
// Which of two tied tokens stays at the cut is up to torch's unstable sort, so
// the scores are compared by rank.
TEST_P(OracleScoresGoldenTest, ReproducesTheRecordedScores) {
  const json stages = json::parse(R"([
      {"type": "repetition_penalty", "penalty": 1.1},
      {"type": "temperature", "temperature": 0.8},
      {"type": "top_k", "k": 50, "ties": "keep_all"},
      {"type": "top_p", "p": 0.95, "tie_order": "high_id"}])");
  const GoldenLog log = Log();
  ASSERT_EQ(log.scores.size(), log.rows.size());
  for (auto [row, scores] : log.scores) {
    std::erase(scores, -INFINITY);
    std::sort(scores.rbegin(), scores.rend());
    const Result result =
        RunStages(log.rows.at(row), stages, log.ContextOf(row));
    ASSERT_EQ(result.candidates.size(), scores.size()) << "row " << row;
    for (std::size_t i = 0; i < scores.size(); ++i) {
      EXPECT_NEAR(result.candidates[i].logit, scores[i],
                  1e-6 * std::abs(scores[i]))
          << "row " << row << " rank " << i;
    }
  }
}

TEST(GoldenHarness, RejectsASamplerThatDropsTheLastSurvivor) {
  const GoldenSet set = GoldenSets(SAMPLER_TEST_DATA, "").front();
  const GoldenLog log = LoadGoldenLog(set.log_prefix + "story");
  SamplerUnderTest wrong = Oracle();
  wrong.run = [](const std::vector<double>& row, const json& stages,
                 const Context& context) {
    Result result = RunStages(row, stages, context);
    if (result.candidates.size() > 1) result.candidates.pop_back();
    return result;
  };
  const GoldenReport hf = CompareHf(
      log, LoadJsonLines(set.record_prefix + "hf-story.jsonl"), wrong);
  // Where one candidate is left, the wrong sampler is right.
  EXPECT_GT(hf.failures.size(), static_cast<std::size_t>(hf.compared) * 3 / 4);
  const GoldenReport llama = CompareLlama(
      log, LoadJsonLines(set.record_prefix + "llama-story.jsonl"), wrong);
  EXPECT_GT(llama.failures.size(),
            static_cast<std::size_t>(llama.compared) / 2);
}

TEST(GoldenHarness, RejectsASamplerThatForgetsThePrompt) {
  const GoldenSet set = GoldenSets(SAMPLER_TEST_DATA, "").front();
  const GoldenLog log = LoadGoldenLog(set.log_prefix + "story");
  SamplerUnderTest wrong = Oracle();
  wrong.run = [](const std::vector<double>& row, const json& stages,
                 Context context) {
    context.prompt.clear();
    return RunStages(row, stages, context);
  };
  EXPECT_FALSE(
      CompareHf(log, LoadJsonLines(set.record_prefix + "hf-story.jsonl"), wrong)
          .failures.empty());
}

std::string NameOf(
    const testing::TestParamInfo<std::tuple<GoldenSet, GoldenSource>>& info) {
  return std::get<0>(info.param).name + "_" + std::get<1>(info.param).records;
}

const std::vector<GoldenSet> kSets =
    GoldenSets(SAMPLER_TEST_DATA, SAMPLER_SHARED_DIR);

INSTANTIATE_TEST_SUITE_P(Golden, OracleHuggingFaceGoldenTest,
                         testing::Combine(testing::ValuesIn(kSets),
                                          testing::ValuesIn(HfSources())),
                         NameOf);
INSTANTIATE_TEST_SUITE_P(Golden, OracleLlamaGoldenTest,
                         testing::Combine(testing::ValuesIn(kSets),
                                          testing::ValuesIn(LlamaSources())),
                         NameOf);
INSTANTIATE_TEST_SUITE_P(Golden, OracleScoresGoldenTest,
                         testing::Combine(testing::ValuesIn(kSets),
                                          testing::Values(GoldenSource{
                                              "rivers-hf", "rivers"})),
                         NameOf);

}  // namespace
}  // namespace oracle
