// A run in which phrases were taken back, logged by the library: `sampler
// replay` draws the same text, `explain` the same token, `convert` keeps what
// both need.

#include "tests/support/rewound_run.h"

#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "sampler/logs/log.h"
#include "tests/support/pipelines.h"
#include "tests/tools/tool.h"

namespace sampler::tools {
namespace {

constexpr char kStages[] = R"({"type": "mask"},
    {"type": "presence_penalty", "penalty": 0.3}, {"type": "top_k", "k": 6})";
constexpr char kWithMemory[] = R"({"type": "mirostat", "tau": 3, "eta": 0.2})";

std::string LogOf(const std::string& stages, const std::string& name) {
  const Pipeline pipeline = MakePipeline(stages, kRewoundVocabulary);
  std::string path = WriteTemporary(name, "");
  std::filesystem::remove(path);
  auto logger =
      logs::Logger::Create(path, {.vocabulary_size = kRewoundVocabulary});
  EXPECT_TRUE(logger.ok()) << logger.status();
  std::int64_t rewinds = 0;
  for (std::uint32_t number = 0; number < 3; ++number) {
    const RewoundRun run = DrawRewound(
        pipeline, {{.text = "ab"}, {.text = "dce"}}, number, 80, *logger);
    EXPECT_FALSE(absl::StrContains(run.text, "ab")) << run.text;
    EXPECT_FALSE(absl::StrContains(run.text, "dce")) << run.text;
    rewinds += run.rewinds;
  }
  EXPECT_GT(rewinds, 10);
  EXPECT_TRUE(logger->Finish().ok());
  return path;
}

TEST(RewoundRunTest, ReplayDrawsEveryTokenAgain) {
  for (const char* const stages : {kStages, kWithMemory}) {
    const std::string log = LogOf(stages, "rewound.safetensors");
    for (const std::string threads : {"1", "4"}) {
      for (const std::string history : {"logged", "replayed"}) {
        const ToolResult result =
            RunTool({"replay", log, "--verify", "--jsonl", "--threads", threads,
                     "--history", history});
        EXPECT_EQ(result.exit_code, 0) << stages << result.err;
      }
    }
    EXPECT_EQ(
        RunTool({"replay", log, "--verify", "--rows", "100:130"}).exit_code, 0);
  }
}

TEST(RewoundRunTest, ExplainDrawsTheLoggedTokenOfEveryRow) {
  for (const char* const stages : {kStages, kWithMemory}) {
    const std::string log = LogOf(stages, "explained.safetensors");
    for (int row = 40; row < 80; ++row) {
      const ToolResult result =
          RunTool({"explain", log, "--row", absl::StrCat(row), "--json"});
      ASSERT_EQ(result.exit_code, 0) << result.err;
      const auto json = nlohmann::json::parse(result.out);
      EXPECT_EQ(json["token"], json["target"]) << row;
    }
  }
}

TEST(RewoundRunTest, ConvertKeepsAttemptsBansAndMasks) {
  const std::string log = LogOf(kStages, "converted.safetensors");
  const auto before = logs::Log::Open(log);
  ASSERT_TRUE(before.ok());
  for (const std::vector<std::string>& more :
       {std::vector<std::string>{}, {"--top-k", "40"}}) {
    const std::string out = WriteTemporary("out.safetensors", "");
    std::vector<std::string> arguments = {"convert", log, out, "--force"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const ToolResult result = RunTool(arguments);
    ASSERT_EQ(result.exit_code, 0) << result.err;
    EXPECT_FALSE(absl::StrContains(result.err, "masks")) << result.err;
    const auto after = logs::Log::Open(out);
    ASSERT_TRUE(after.ok()) << after.status();
    EXPECT_EQ((*after)->attempts(), (*before)->attempts());
    logs::RowBuffer a;
    logs::RowBuffer b;
    for (std::int64_t row = 0; row < (*before)->rows(); ++row) {
      EXPECT_EQ((*after)->Bans(row), (*before)->Bans(row));
      EXPECT_EQ((*after)->Mask(row, a).value()->words(),
                (*before)->Mask(row, b).value()->words());
    }
    EXPECT_EQ(RunTool({"replay", out, "--verify"}).exit_code, 0);
  }
  const std::string npy = WriteTemporary("out.npy", "");
  EXPECT_TRUE(Says(RunTool({"convert", log, npy, "--force"}).err,
                   "attempts and bans: "));
}

}  // namespace
}  // namespace sampler::tools
