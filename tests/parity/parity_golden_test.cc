// llama.cpp's own tokens on real rows, one by one: 27 chains, 4 seeds, the
// first rows of two logs in tests/data and all of them where SAMPLER_SHARED_DIR
// names the complete sets. One of the logs is bf16, with exact ties in every
// row.

#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "sampler/pipeline.h"
#include "tests/oracle/golden/golden_data.h"
#include "tests/parity/llama_fields.h"

namespace sampler {
namespace {

using nlohmann::json;

// Rows, and what llama.cpp made of them.
struct Source {
  std::string set;  // "Subset", "Complete"
  std::string name;
  std::string log;
  std::string records;
};

const std::string kData = SAMPLER_TEST_DATA;
const std::string kShared = SAMPLER_SHARED_DIR;

std::vector<Source> WithComplete(std::vector<Source> sources) {
  if (!kShared.empty()) {
    sources.push_back({"Complete", "Story", kShared + "/data/story",
                       kShared + "/golden/llama-story.jsonl"});
    sources.push_back({"Complete", "Rivers", kShared + "/data/rivers-hf",
                       kShared + "/golden/llama-rivers.jsonl"});
  }
  return sources;
}

class LlamaCppGoldenTest : public testing::TestWithParam<Source> {
 protected:
  LlamaCppGoldenTest()
      : log_(oracle::LoadGoldenLog(GetParam().log)),
        records_(oracle::LoadJsonLines(GetParam().records)) {}

  Pipeline PipelineFor(const json& record) const {
    const auto size =
        static_cast<std::int64_t>(log_.rows.begin()->second.size());
    return Pipeline::Create(ConfigOfFields(record.at("fields"),
                                           kData + "/tokenizer.json", size),
                            size)
        .value();
  }

  const oracle::GoldenLog log_;
  const std::vector<json> records_;
  Workspace workspace_;
};

class LlamaCppTokensTest : public LlamaCppGoldenTest {};
class LlamaCppSetsTest : public LlamaCppGoldenTest {};

TEST_P(LlamaCppTokensTest, DrawsTheTokensOfLlamaCpp) {
  ASSERT_EQ(records_.size(), 27u);
  int compared = 0;
  for (const json& record : records_) {
    const Pipeline pipeline = PipelineFor(record);
    const bool logged = record.at("history") == "logged";
    for (const auto& [seed, tokens] : record.at("tokens").items()) {
      Sequence sequence =
          pipeline
              .NewSequence({.seed = std::stoull(seed), .prompt = log_.prompt})
              .value();
      for (std::size_t row = 0; row < tokens.size(); ++row) {
        const Token token = pipeline.Sample(log_.rows.at(static_cast<int>(row)),
                                            sequence, workspace_);
        ASSERT_EQ(token.id, tokens[row].get<std::int32_t>())
            << record.at("fields") << " seed " << seed << " row " << row;
        const std::int32_t next = logged ? log_.tokens[row] : token.id;
        ASSERT_TRUE(sequence.Accept(token, next).ok());
        ++compared;
      }
    }
  }
  EXPECT_EQ(compared, 27 * 4 * static_cast<int>(log_.rows.size()));
}

// What the chain leaves: the same tokens with the same float32 logits.
TEST_P(LlamaCppSetsTest, KeepsTheSetsOfLlamaCpp) {
  int compared = 0;
  for (const json& record : records_) {
    if (!record.contains("kept")) continue;
    const Pipeline pipeline = PipelineFor(record);
    for (std::size_t i = 0; i < record.at("kept").size(); ++i) {
      const json& kept = record.at("kept")[i];
      const int row = record.contains("rows") ? record["rows"][i].get<int>()
                                              : static_cast<int>(i);
      const oracle::Context context = log_.ContextOf(row);
      Sequence sequence =
          pipeline.NewSequence({.seed = 0, .prompt = context.prompt}).value();
      for (const TokenId token : context.output) {
        ASSERT_TRUE(sequence.AcceptId(token).ok());
      }
      const Distribution left =
          pipeline.Process(log_.rows.at(row), sequence, workspace_);
      const std::string place =
          record.at("fields").dump() + " row " + std::to_string(row);
      std::uint64_t ids = 0;
      std::uint64_t squares = 0;
      left.ForEach([&](TokenId id, double) {
        const auto value = static_cast<std::uint64_t>(id);
        ids += value;
        squares += value * value;
      });
      ASSERT_EQ(left.Count(), kept.at("n").get<std::int64_t>()) << place;
      ASSERT_EQ(ids, kept.at("id_sum").get<std::uint64_t>()) << place;
      ASSERT_EQ(squares, kept.at("id_square_sum").get<std::uint64_t>())
          << place;
      std::map<TokenId, double> logit_of;
      left.ForEach([&](TokenId id, double logit) { logit_of[id] = logit; });
      for (const json& top : kept.at("top")) {
        const auto id = top.at(0).get<TokenId>();
        // Nine digits name a float32.
        ASSERT_EQ(logit_of.at(id), static_cast<double>(top.at(1).get<float>()))
            << place;
        ASSERT_NEAR(left.Probability(id), top.at(2).get<double>(), 2e-4)
            << place;
      }
      ++compared;
    }
  }
  EXPECT_EQ(compared, 18 * static_cast<int>(log_.rows.size()));
}

std::string NameOf(const testing::TestParamInfo<Source>& info) {
  return info.param.set + info.param.name;
}

INSTANTIATE_TEST_SUITE_P(Golden, LlamaCppTokensTest,
                         testing::ValuesIn(WithComplete(
                             {{"Subset", "Story", kData + "/golden-first-story",
                               kData + "/golden-drawn-story.jsonl"},
                              {"Subset", "Rivers",
                               kData + "/golden-first-rivers-hf",
                               kData + "/golden-drawn-rivers.jsonl"}})),
                         NameOf);
INSTANTIATE_TEST_SUITE_P(Golden, LlamaCppSetsTest,
                         testing::ValuesIn(WithComplete(
                             {{"Subset", "Story", kData + "/golden-story",
                               kData + "/golden-llama-story.jsonl"},
                              {"Subset", "Rivers", kData + "/golden-rivers-hf",
                               kData + "/golden-llama-rivers.jsonl"}})),
                         NameOf);

}  // namespace
}  // namespace sampler
