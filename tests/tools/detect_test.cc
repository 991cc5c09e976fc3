// `sampler detect` as users run it.

#include <cstdint>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "gtest/gtest.h"
#include "tests/support/pipelines.h"
#include "tests/tools/tool.h"

namespace sampler::tools::detect_test {
namespace {

using nlohmann::json;

// A key that stands nowhere but in the key file.
constexpr char kKey[] = "7773170242";

std::string Ids(std::int32_t first, std::int32_t count) {
  std::vector<std::int32_t> ids;
  for (std::int32_t i = 0; i < count; ++i) ids.push_back(first + i);
  return absl::StrCat("[", absl::StrJoin(ids, ","), "]");
}

json Detect(std::vector<std::string> arguments, const std::string& input = "") {
  arguments.insert(arguments.begin(), "detect");
  arguments.push_back("--json");
  const ToolResult result = RunTool(arguments, input);
  EXPECT_EQ(result.exit_code, 0) << result.out << result.err;
  return json::parse(result.out);
}

TEST(DetectTest, GivesVllmsPublishedNumbers) {
  const std::string tokens = WriteTemporary("tokens.json", Ids(1000, 50));
  const std::string key = WriteTemporary("vllm.key", "42\n");
  const json text =
      Detect({tokens, "--scheme", "vllm", "--key-file", key})["texts"][0];
  EXPECT_NEAR(text["score"].get<double>(), 54.94362105804163, 1e-11);
  EXPECT_NEAR(text["p_value"].get<double>(), .23449522531707143, 1e-12);
  EXPECT_EQ(text["tokens"], 50);
  EXPECT_EQ(text["counted"], 50);
  EXPECT_EQ(text["repeated_share"], 0.0);
  EXPECT_EQ(text["engine_p_value"], nullptr);
  const ToolResult shown =
      RunTool({"detect", tokens, "--scheme", "vllm", "--key-file", key});
  EXPECT_EQ(shown.out,
            "scheme vllm, context_width 4\n"
            "50 tokens: 50 counted, 0 of a repeated context (0.0 %), 0 left "
            "out\n"
            "  p 0.234   score 54.9436 (plain text: 50)   z 0.70\n");
}

TEST(DetectTest, GivesSglangsPublishedNumbersFromItsOwnConfig) {
  const std::string tokens = WriteTemporary("tokens.json", Ids(100, 60));
  const std::string prompt = WriteTemporary("prompt.txt", "1 2 3 4 5");
  for (const std::string scheme : {"sglang", "textseal"}) {
    for (const std::string key :
         {"0123456789abcdef",
          R"({"key": "0x0123456789ABCDEF", "context_window": 4,
              "enforce_all": true})"}) {
      const json text = Detect({tokens, "--prompt-tokens", prompt, "--scheme",
                                scheme, "--key-file", "-"},
                               key)["texts"][0];
      EXPECT_NEAR(text["score"].get<double>(), 65.8406964442485, 1e-11);
      EXPECT_NEAR(text["p_value"].get<double>(), .2196, 1e-4);
    }
  }
}

TEST(DetectTest, AgreesWithTheEnginesOnTheirTexts) {
  std::ifstream file(DataFile("engine_marks.json"));
  const json all = json::parse(file);
  int texts = 0;
  for (const json& golden : all["texts"]) {
    if (++texts % 20 != 0) continue;  // The library's test has them all.
    const json config =
        golden["scheme"] == "sglang"
            ? json{{"key", golden["key"]},
                   {"key_b", golden.value("key_b", json(nullptr))},
                   {"mixing_probability", golden.value("share", json(nullptr))},
                   {"context_window", golden["width"]}}
            : json{{"key", golden["key"]},
                   {"alpha", golden.value("alpha", json(nullptr))},
                   {"context_width", golden["width"]}};
    const std::string tokens =
        WriteTemporary("text.json", golden["tokens"].dump());
    std::vector<std::string> arguments = {tokens, "--scheme", golden["scheme"],
                                          "--key-file", "-"};
    if (!golden["prompt"].empty()) {
      arguments.push_back("--prompt-tokens");
      arguments.push_back(WriteTemporary("p.json", golden["prompt"].dump()));
    }
    const json found = Detect(arguments, config.dump())["texts"][0];
    const double p = found["engine_p_value"].is_null()
                         ? found["p_value"].get<double>()
                         : found["engine_p_value"].get<double>();
    EXPECT_NEAR(p, golden["p"].get<double>(), 1e-8 * p);
    EXPECT_EQ(found["counted"], golden["counted"]);
  }
  EXPECT_GE(texts, 100);
}

// Tokens that these stages draw from even rows: what the mark says.
std::vector<std::int32_t> Draw(const std::string& stages) {
  constexpr std::int64_t kSize = 300;
  const Pipeline pipeline = MakePipeline(stages, kSize);
  Sequence sequence = MakeSequence(kSize, {1, 2, 3});
  Workspace workspace;
  std::vector<std::int32_t> tokens;
  for (int i = 0; i < 60; ++i) {
    const Token token =
        pipeline.Sample(std::vector<float>(kSize), sequence, workspace);
    tokens.push_back(token.id);
    EXPECT_TRUE(sequence.Accept(token).ok());
  }
  return tokens;
}

// The config that wrote a mark is a key.
TEST(DetectTest, FindsTheMarksOfThisLibrary) {
  const std::pair<const char*, const char*> marks[] = {
      {"gumbel", R"({"type": "gumbel_watermark", "key": 7773170242,
                     "context_width": 2})"},
      {"vllm", R"({"type": "gumbel_watermark", "key": 7773170242,
                   "context_width": 2, "variant": "vllm"})"},
      {"vllm-dual", R"({"type": "gumbel_watermark", "key": 7773170242,
                        "context_width": 2, "variant": "vllm_dual"})"},
      {"sglang",
       R"({"type": "gumbel_watermark", "key": 7773170242, "key_b": 77731702421,
                     "context_width": 2, "variant": "sglang"})"},
      {"synthid", R"({"type": "synthid",
                      "keys": [7773170242, 2, 3, 4, 5, 6, 7, 8, 9]})"},
      {"kgw", R"({"type": "kgw_watermark", "key": 7773170242, "delta": 9},
                 {"type": "categorical"})"}};
  for (const auto& [scheme, stages] : marks) {
    const std::string log =
        MakeLog(std::vector<std::vector<float>>(60, std::vector<float>(300)),
                Draw(stages), {1, 2, 3});
    const auto key = [&, stages = stages](const std::string& with) {
      std::string text =
          absl::StrCat(R"({"version": 1, "stages": [)", stages, "]}");
      return WriteTemporary("chain.json",
                            absl::StrReplaceAll(text, {{"7773170242", with}}));
    };
    const auto p = [&, scheme = scheme](const std::string& config) {
      return Detect({log, "--scheme", scheme, "--key-file",
                     config})["texts"][0]["p_value"]
          .get<double>();
    };
    EXPECT_LT(p(key("7773170242")), 1e-6) << scheme;
    EXPECT_GT(p(key("17")), 1e-4) << scheme;
  }
}

TEST(DetectTest, ReadsEverySequenceOfALog) {
  const std::vector<std::vector<float>> rows(6, std::vector<float>(10));
  const std::string log =
      MakeLog(rows, {-100, 1, 2, 3, 4, 5}, {}, "", {0, 3, 6});
  const std::string key = WriteTemporary("k", kKey);
  const json texts =
      Detect({log, "--scheme", "vllm", "--key-file", key, "--each"})["texts"];
  ASSERT_EQ(texts.size(), 2u);
  EXPECT_EQ(texts[0]["tokens"], 2);  // A row of the prompt has none.
  EXPECT_EQ(texts[1]["tokens"], 3);
  EXPECT_EQ(texts[1]["each"].size(), 3u);
  double sum = 0;
  for (const json& token : texts[1]["each"])
    sum += token["score"].get<double>();
  EXPECT_NEAR(sum, texts[1]["score"].get<double>(), 1e-12);
}

TEST(DetectTest, IsAGate) {
  const std::string tokens = WriteTemporary("tokens.txt", "1 2 3 4 5 6 7 8");
  const std::string key = WriteTemporary("k", kKey);
  const auto exit_code = [&](const char* p) {
    return RunTool({"detect", tokens, "--scheme", "vllm", "--key-file", key,
                    "--at-most", p})
        .exit_code;
  };
  EXPECT_EQ(exit_code("1"), 0);
  EXPECT_EQ(exit_code("1e-6"), 1);
  EXPECT_EQ(exit_code("0"), 1);
  EXPECT_EQ(exit_code("2"), 2);
}

TEST(DetectTest, ReadsTheKeyFromADescriptor) {
  const std::string tokens = WriteTemporary("tokens.txt", "1 2 3 4 5 6 7 8");
  const std::string key = WriteTemporary("k", kKey);
  const ToolResult result = RunProgram(
      "/bin/sh",
      {"-c", absl::StrCat(SAMPLER_TOOL, " detect ", tokens,
                          " --scheme vllm --json --key-fd 7 7<", key)});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(json::parse(result.out)["texts"],
            Detect({tokens, "--scheme", "vllm", "--key-file", key})["texts"]);
  EXPECT_TRUE(Says(
      RunTool({"detect", tokens, "--scheme", "vllm", "--key-fd", "99"}).err,
      "--key-fd 99: cannot be read"));
}

}  // namespace
}  // namespace sampler::tools::detect_test
