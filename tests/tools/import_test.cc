// `sampler import` as users run it.

#include <string>

#include "absl/strings/match.h"
#include "gtest/gtest.h"
#include "sampler/config.h"
#include "tests/tools/tool.h"

namespace sampler::tools {
namespace {

using nlohmann::json;

constexpr char kBody[] =
    R"({"temperature": 0.7, "top_k": 20, "n_predict": 64, "tempratur": 1})";

TEST(ImportTest, WritesTheConfigAndReportsBesideIt) {
  const std::string file = WriteTemporary("body.json", kBody);
  const ToolResult result = RunTool({"import", "llama.cpp", file});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  const auto config = ParseConfig(result.out);
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(ChainText(*config),
            "top_k(20) -> top_p(0.95) -> min_p(0.05) -> temperature(0.7) -> "
            "categorical(\"rank\")");
  EXPECT_TRUE(Says(result.err, "settings of llama.cpp b10573"));
  EXPECT_TRUE(Says(result.err, "did you mean \"temperature\"?"));
  EXPECT_TRUE(Says(result.err, "harmless: where the text ends"));
  for (const std::string& line : Lines(result.err)) {
    EXPECT_LE(line.size(), 100u) << line;
  }
}

TEST(ImportTest, TheResultIsAConfigOfTheTool) {
  const std::string output = WriteTemporary("chain.json", "");
  const ToolResult import = RunTool(
      {"import", "llama.cpp", "-", "-o", output, "--force", "-q"}, kBody);
  EXPECT_EQ(import.exit_code, 0) << import.err;
  EXPECT_EQ(import.out, "");
  EXPECT_EQ(import.err, "");
  EXPECT_EQ(RunTool({"validate", output}).exit_code, 0);
  EXPECT_EQ(RunTool({"replay", StoryLog(), "--config", output}).exit_code, 0);
}

// Where nothing could be read there is an error, and nothing to report.
TEST(ImportTest, SettingsThatCannotBeReadHaveNoReport) {
  for (const std::string runtime :
       {"vllm", "sglang", "llama.cpp", "huggingface", "textgen"}) {
    for (const std::string text :
         {"{", R"({"temperature": NaN})", R"({"temperature": 1e999})",
          R"({"temperature": 1, "temperature": 2})"}) {
      const ToolResult result = RunTool({"import", runtime, "--text", text});
      EXPECT_EQ(result.exit_code, 2) << runtime << text;
      EXPECT_FALSE(absl::StrContains(result.err, "settings of ;"))
          << result.err;
      EXPECT_FALSE(absl::StrContains(result.err, "0 applied")) << result.err;
    }
  }
}

TEST(ImportTest, ErrorsOfAFileAsAWholeNameItAlone) {
  const auto error = [](const std::string& text) {
    const std::string path = WriteTemporary("wrong.txt", text);
    const ToolResult result = RunTool({"import", "llama.cpp", path});
    EXPECT_EQ(result.exit_code, 2);
    const std::size_t at = result.err.find(path);
    EXPECT_NE(at, std::string::npos) << result.err;
    return result.err.substr(at + path.size());
  };
  EXPECT_TRUE(Says(error("no flags"), ": neither a JSON object nor flags"));
  EXPECT_TRUE(Says(error("{\"temperature\": \"x\"}"), ":1:2: /temperature"));
}

TEST(ImportTest, AnEmptyFileOfDefaultsIsAnError) {
  const ToolResult result =
      RunTool({"import", "vllm", "--text", "{}", "--generation-config",
               WriteTemporary("empty.json", "")});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_TRUE(Says(result.err, "an empty file, want a generation_config.json"));
}

TEST(ImportTest, TakesACommandLineAsText) {
  const ToolResult result =
      RunTool({"import", "llama.cpp", "--text",
               "--temp 0.8 --top-k 40 --samplers \"top_k;min_p\" "
               "--sampler-seq kmt"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  const auto config = ParseConfig(result.out);
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(ChainText(*config),
            "top_k(40) -> min_p(0.05) -> temperature(0.8) -> "
            "categorical(\"rank\")");
}

TEST(ImportTest, AnswersInJson) {
  const ToolResult result =
      RunTool({"import", "huggingface", "--json", "--text",
               R"({"do_sample": true, "temperature": 0.6, "num_beams": 2})"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  const json answer = json::parse(result.out);
  EXPECT_EQ(answer["schema"], "sampler.import/1");
  EXPECT_EQ(answer["runtime"], "transformers v5");
  EXPECT_EQ(answer["config"]["stages"][0]["temperature"], 0.6);
  EXPECT_EQ(answer["report"][1],
            json::parse(R"json({"field": "temperature", "value": "0.6",
                            "from": "given", "outcome": "applied",
                            "effect": "temperature(temperature=0.6)"
})json"));
}

TEST(ImportTest, HuggingFaceDefaultsUnlessLeftOut) {
  const std::string body = R"({"do_sample": true})";
  EXPECT_TRUE(Says(RunTool({"import", "huggingface", "--text", body}).out,
                   "\"k\": 50"));
  EXPECT_FALSE(Says(
      RunTool({"import", "huggingface", "--text", body, "--no-defaults"}).out,
      "top_k"));
}

TEST(ImportTest, CountsWhatBecameOfTheFields) {
  const std::string body =
      R"({"temperature": 0.5, "grammar": "root ::= x", "stream": true,
          "frobnicate": 1})";
  const ToolResult text = RunTool({"import", "llama.cpp", "--text", body});
  EXPECT_EQ(text.exit_code, 0);
  EXPECT_TRUE(Says(text.err, "lost: the grammar"));
  EXPECT_TRUE(Says(text.err, "5 applied, 1 harmless, 1 lost, 1 unknown"));
  const ToolResult json_answer =
      RunTool({"import", "llama.cpp", "--text", body, "--json"});
  const json answer = json::parse(json_answer.out);
  EXPECT_EQ(answer["counts"]["lost"], 1);
  EXPECT_EQ(answer["counts"]["unknown"], 1);
  EXPECT_EQ(
      RunTool({"import", "llama.cpp", "--text", body, "--strict"}).exit_code,
      1);
  EXPECT_EQ(
      RunTool({"import", "llama.cpp", "--text", "{\"top_k\": 5}", "--strict"})
          .exit_code,
      0);
}

TEST(ImportTest, OneBadValueLeavesTheReportOfTheOthers) {
  const std::string body = R"({"temperature": "hot", "top_k": 7, "stream": 1})";
  const ToolResult text = RunTool({"import", "llama.cpp", "--text", body});
  EXPECT_EQ(text.exit_code, 2);
  EXPECT_EQ(text.out, "");
  EXPECT_TRUE(Says(text.err, "refused: got \"hot\", want a number"));
  EXPECT_TRUE(Says(text.err, "top_k(k=7)"));
  const ToolResult in_json =
      RunTool({"import", "llama.cpp", "--text", body, "--json"});
  EXPECT_EQ(in_json.exit_code, 2);
  const json answer = json::parse(in_json.out);
  EXPECT_TRUE(answer["config"].is_null());
  EXPECT_EQ(answer["counts"]["refused"], 1);
}

TEST(ImportTest, RecognisesTheFormat) {
  const std::string file = WriteTemporary(
      "body.json", R"({"n_predict": 8, "top_k": 7, "temperature": 1})");
  const ToolResult known = RunTool({"import", file});
  EXPECT_EQ(known.exit_code, 0) << known.err;
  EXPECT_TRUE(Says(known.err, "recognised by \"n_predict\""));
  const ToolResult several =
      RunTool({"import", "--text", R"({"temperature": 0.5, "top_p": 0.9})"});
  EXPECT_EQ(several.exit_code, 2);
  EXPECT_TRUE(Says(several.err, "settings of several runtimes look so"));
  const ToolResult none = RunTool({"import", "--text", R"({"zzz": 1})"});
  EXPECT_EQ(none.exit_code, 2);
  EXPECT_TRUE(Says(none.err, "no runtime that is known"));
}

TEST(ImportTest, ServerDefaultsComeFromTheModel) {
  const std::string file = WriteTemporary(
      "generation_config.json", R"({"temperature": 0.6, "top_k": 20})");
  const ToolResult result =
      RunTool({"import", "vllm", "--text", R"({"temperature": 0.9})",
               "--generation-config", file});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_TRUE(Says(result.out, "0.9"));
  EXPECT_TRUE(Says(result.out, "\"k\": 20"));
  const ToolResult without =
      RunTool({"import", "vllm", "--text", R"({"messages": []})"});
  EXPECT_TRUE(Says(without.err, "--generation-config"));
}

TEST(ImportTest, TextNeedsAVocabularyAndEndsTheirIds) {
  const std::string body =
      R"({"logit_bias": [[" the", -1]], "ignore_eos": true})";
  EXPECT_TRUE(Says(RunTool({"import", "llama.cpp", "--text", body}).err,
                   "--vocab-file"));
  const ToolResult result =
      RunTool({"import", "llama.cpp", "--text", body, "--vocab-file",
               DataFile("tokenizer.json"), "--eos-ids", "0,2"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_TRUE(Says(result.out,
                   "{\"type\": \"logit_bias\", \"bias\": "
                   "{\"260\":-1}}"));
  EXPECT_TRUE(Says(result.out, "\"ids\": [0,2]"));
}

TEST(ImportTest, ParityTakesTheRandomNumbers) {
  EXPECT_TRUE(Says(
      RunTool({"import", "llama.cpp", "--text", "--seed 4", "--parity"}).out,
      "\"rng\": \"llama_cpp\""));
  const ToolResult refused =
      RunTool({"import", "openai", "--text", "{}", "--parity"});
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_TRUE(Says(refused.err,
                   "--parity: cannot be had: OpenAI's random "
                   "numbers are not published"));
}

TEST(ImportTest, ErrorsNameTheFileAndThePlace) {
  const std::string file =
      WriteTemporary("bad.json", "{\n  \"repeat_penalty\": 0\n}");
  const ToolResult result = RunTool({"import", "llama.cpp", file});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_EQ(result.out, "");
  EXPECT_TRUE(Says(result.err,
                   file + ":2:3: /repeat_penalty: got 0, want a number > 0"));
}

TEST(ImportTest, UsageErrors) {
  EXPECT_EQ(RunTool({"import"}).exit_code, 2);
  EXPECT_TRUE(Says(RunTool({"import", "/no/such/settings.json"}).err,
                   "/no/such/settings.json"));
  EXPECT_TRUE(Says(RunTool({"import", "vlm", "--text", "{}"}).err,
                   "did you mean \"vllm\"?"));
  EXPECT_TRUE(Says(RunTool({"import", "vllm"}).err, "no settings to import"));
  EXPECT_TRUE(
      Says(RunTool({"import", "vllm", "/no/such/file"}).err, "/no/such/file"));
  EXPECT_EQ(RunTool({"import", "vllm", "/no/such/file"}).exit_code, 2);
  EXPECT_EQ(RunTool({"import", "vllm", "--text", "{}", "--output",
                     "/no/such/folder/x.json"})
                .exit_code,
            2);
}

}  // namespace
}  // namespace sampler::tools
