// The loop closes: what the library generated and logged, `sampler replay` of
// the log draws again, token by token, for every sequence.

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "sampler/config.h"
#include "sampler/logs/log.h"
#include "sampler/logs/logger.h"
#include "sampler/pipeline.h"
#include "tests/tools/tool.h"

namespace sampler::tools {
namespace {

using nlohmann::json;

constexpr char kChain[] =
    R"({"version": 1, "stages": [
    {"type": "repetition_penalty", "penalty": 1.2, "window": 64},
    {"type": "dry", "multiplier": 0.8, "allowed_length": 1},
    {"type": "temperature", "temperature": 1.2},
    {"type": "xtc", "probability": 0.4, "threshold": 0.1},
    {"type": "mirostat", "tau": 5, "eta": 0.1},
    {"type": "categorical"}]})";

TEST(LoggedRun, IsReplayedTokenByToken) {
  const auto source = logs::Log::Open(StoryLog());
  ASSERT_TRUE(source.ok());
  const auto config = ParseConfig(kChain);
  ASSERT_TRUE(config.ok()) << config.status();
  const auto pipeline = Pipeline::Create(*config, (*source)->vocabulary_size());
  const std::string path = WriteTemporary("run.safetensors", "");
  std::filesystem::remove(path);
  auto logger = logs::Logger::Create(
      path,
      {.vocabulary_size = (*source)->vocabulary_size(), .dtype = DType::kF16});
  ASSERT_TRUE(logger.ok()) << logger.status();
  logs::RowBuffer buffer;
  Workspace workspace;
  std::vector<Sequence> sequences;
  for (std::uint32_t s = 0; s < 3; ++s) {
    const std::vector<std::int32_t> prompt = {260,
                                              static_cast<std::int32_t>(s)};
    sequences.push_back(*pipeline->NewSequence(
        {.seed = 77, .stream = 5 + s, .prompt = prompt}));
    ASSERT_TRUE(logger->AddPrompt(s, prompt).ok());
  }
  for (std::int64_t step = 0; step < 40; ++step) {
    for (std::uint32_t s = 0; s < 3; ++s) {
      const Logits row =
          *(*source)->Row((step * 5 + s) % (*source)->rows(), buffer);
      const Token token = pipeline->Sample(row, sequences[s], workspace);
      ASSERT_EQ(token.status, RowStatus::kOk);
      ASSERT_TRUE(logger->Append(s, row, token.id).ok());
      ASSERT_TRUE(sequences[s].Accept(token).ok());
    }
  }
  ASSERT_TRUE(logger->Finish().ok());

  const std::string chain = WriteTemporary("chain.json", kChain);
  const auto replay = [&](const char* seed) {
    const ToolResult result =
        RunTool({"replay", path, "--config", chain, "--seed", seed, "--stream",
                 "5", "--jsonl"});
    EXPECT_EQ(result.exit_code, 0) << result.err;
    int same = 0;
    for (const json& row : Events(result.out, "row")) {
      EXPECT_EQ(row["status"], "ok");
      same += row["same"] == true ? 1 : 0;
    }
    return same;
  };
  EXPECT_EQ(replay("77"), 120);
  EXPECT_LT(replay("78"), 120);
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace sampler::tools
