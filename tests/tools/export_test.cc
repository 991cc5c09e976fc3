// `sampler export` as users run it.

#include <string>

#include "gtest/gtest.h"
#include "tests/tools/tool.h"

namespace sampler::tools {
namespace {

using nlohmann::json;

constexpr char kConfig[] = R"({"version": 1, "stages": [
    {"type": "top_k", "k": 20}, {"type": "temperature", "temperature": 0.7},
    {"type": "categorical", "order": "rank"}]})";

TEST(ExportTest, WritesSettingsThatImportAsTheConfig) {
  const std::string file = WriteTemporary("chain.json", kConfig);
  const ToolResult result = RunTool({"export", "llama.cpp-flags", file});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.out,
            "--samplers \"top_k;temperature\" --temp 0.7 --top-k 20\n");
  EXPECT_TRUE(Says(result.err, "nothing is lost"));
  const ToolResult again =
      RunTool({"import", "llama.cpp", "-", "--json"}, result.out);
  EXPECT_EQ(json::parse(again.out)["config"]["stages"],
            json::parse(kConfig)["stages"]);
}

TEST(ExportTest, SaysWhatTheEngineCannotExpress) {
  const std::string file = WriteTemporary("chain.json", kConfig);
  const ToolResult result =
      RunTool({"export", "openai", file, "--strict", "--json"});
  EXPECT_EQ(result.exit_code, 1);
  const json answer = json::parse(result.out);
  EXPECT_GT(answer["lost"], 0);
  EXPECT_EQ(answer["report"][0]["stage"], "top_k(k=20)");
  EXPECT_EQ(answer["report"][0]["outcome"], "lost");
  EXPECT_TRUE(Says(RunTool({"export", "openai", file}).err,
                   "top_k(k=20): lost: the engine cannot express it"));
}

TEST(ExportTest, Errors) {
  EXPECT_TRUE(Says(RunTool({"export", "vlm", "greedy"}).err, "\"vllm\"?"));
  const std::string file = WriteTemporary("bad.json", R"({"version": 1})");
  const ToolResult result = RunTool({"export", "vllm", file});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_EQ(result.out, "");
  EXPECT_EQ(RunTool({"export", "vllm", "/no/such/file"}).exit_code, 2);
}

}  // namespace
}  // namespace sampler::tools
