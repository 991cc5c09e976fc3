// `replay` and `explain` with a config of the llama.cpp parity mode.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "sampler/config.h"
#include "sampler/logs/log.h"
#include "sampler/pipeline.h"
#include "tests/oracle/golden/golden_data.h"
#include "tests/parity/llama_fields.h"
#include "tests/tools/tool.h"

namespace sampler::tools {
namespace {

using nlohmann::json;

const std::string kShared = SAMPLER_SHARED_DIR;

const std::string kConfig = R"({"version": 1, "rng": "llama_cpp", "stages": [
    {"type": "repetition_penalty", "penalty": 1.2, "window": 32},
    {"type": "presence_penalty", "penalty": 0.5, "scope": "both",
     "window": 32},
    {"type": "top_k", "k": 40},
    {"type": "top_p", "p": 0.95},
    {"type": "temperature", "temperature": 0.9},
    {"type": "categorical"}]})";

std::vector<std::int32_t> Tokens(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "replay");
  arguments.push_back("--jsonl");
  const ToolResult result = RunTool(arguments);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  std::vector<std::int32_t> tokens;
  for (const json& row : Events(result.out, "row")) {
    tokens.push_back(row.at("token").get<std::int32_t>());
  }
  return tokens;
}

// The tokens of a loop over the library.
std::vector<std::int32_t> LibraryTokens(bool logged) {
  const auto log = logs::Log::Open(StoryLog()).value();
  const Pipeline pipeline =
      Pipeline::Create(ParseConfig(kConfig).value(), log->vocabulary_size())
          .value();
  const auto prompt = log->sequences()[0].prompt;
  Sequence sequence =
      pipeline
          .NewSequence({.seed = 9, .prompt = {prompt.begin(), prompt.end()}})
          .value();
  Workspace workspace;
  logs::RowBuffer buffer;
  std::vector<std::int32_t> tokens;
  for (std::int64_t row = 0; row < log->rows(); ++row) {
    const Token token =
        pipeline.Sample(*log->Row(row, buffer), sequence, workspace);
    tokens.push_back(token.id);
    const std::int32_t next =
        logged ? log->tokens()[static_cast<std::size_t>(row)] : token.id;
    EXPECT_TRUE(sequence.Accept(token, next).ok());
  }
  return tokens;
}

TEST(LlamaCppModeTest, ReplaysWithBothHistories) {
  const std::string config = WriteTemporary("llama_cpp.json", kConfig);
  EXPECT_NE(LibraryTokens(true), LibraryTokens(false));
  for (const bool logged : {true, false}) {
    const std::vector<std::int32_t> want = LibraryTokens(logged);
    const std::vector<std::string> arguments = {StoryLog(),
                                                "-c",
                                                config,
                                                "-s",
                                                "9",
                                                "--history",
                                                logged ? "logged" : "replayed"};
    for (const std::string threads : {"1", "3"}) {
      std::vector<std::string> all = arguments;
      all.insert(all.end(), {"--threads", threads});
      EXPECT_EQ(Tokens(all), want) << logged;
      all.insert(all.end(), {"--rows", "7:12"});
      EXPECT_EQ(Tokens(all),
                std::vector<std::int32_t>(want.begin() + 7, want.begin() + 12));
    }
  }
}

TEST(LlamaCppModeTest, ExplainsTheTokenThatReplayDraws) {
  const std::string config = WriteTemporary("llama_cpp.json", kConfig);
  for (const bool logged : {true, false}) {
    const ToolResult result =
        RunTool({"explain", StoryLog(), "--row", "10", "-c", config, "-s", "9",
                 "--history", logged ? "logged" : "replayed", "--json"});
    ASSERT_EQ(result.exit_code, 0) << result.err;
    const json answer = json::parse(result.out);
    EXPECT_EQ(answer.at("token"), LibraryTokens(logged)[10]);
    EXPECT_TRUE(answer.at("u").is_number());
    // Its intervals are not those of the house.
    EXPECT_TRUE(answer.at("draw").is_null());
    EXPECT_EQ(answer.at("stages").at(2).at("kept"), 40);
  }
  const std::string text =
      RunTool({"explain", StoryLog(), "--row", "10", "-c", config}).out;
  EXPECT_TRUE(Says(text, "ties: as the sorts of llama.cpp leave them"));
  EXPECT_TRUE(Says(text, "done in stage [1]"));
  EXPECT_TRUE(Says(text, "top_k: rank "));
}

// The tokens of llama.cpp itself, through the tool.
TEST(LlamaCppModeTest, ReplaysTheCompleteSetAsLlamaCppDrewIt) {
  if (kShared.empty()) return;  // The subset is parity_golden_test's.
  int rows = 0;
  for (const std::string name : {"story", "rivers"}) {
    const std::string log =
        absl::StrCat(kShared, "/data/", name == "story" ? "story" : "rivers-hf",
                     ".safetensors");
    for (const json& record : oracle::LoadJsonLines(
             absl::StrCat(kShared, "/golden/llama-", name, ".jsonl"))) {
      const PipelineConfig config =
          ConfigOfFields(record.at("fields"), DataFile("tokenizer.json"),
                         /*vocabulary_size=*/49'152);
      const std::string file = WriteTemporary("golden.json", ToJson(config));
      const auto want =
          record.at("tokens").at("42").get<std::vector<std::int32_t>>();
      EXPECT_EQ(Tokens({log, "--tensor", "logits", "-c", file, "-s", "42",
                        "--history", record.at("history")}),
                want)
          << record.at("fields");
      rows += static_cast<int>(want.size());
    }
  }
  EXPECT_EQ(rows, 27 * (64 + 48));
}

}  // namespace
}  // namespace sampler::tools
