// `sampler-generate` as users run it.

#include <cstdio>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "llama.h"
#include "sampler/logs/log.h"
#include "tests/generate/model_run.h"
#include "tools/generate/llama_model.h"

namespace sampler::tools {
namespace {

using nlohmann::json;

TEST(Generate, TheAdapterDrawsTheSameTokens) {
  SAMPLER_NEEDS_MODEL();
  const std::vector<std::string> chains[] = {
      {"--config", "balanced"},
      {"--repeat-penalty", "1.2", "--dry-multiplier", "0.8", "--temp", "0.9"},
      {"--xtc-probability", "0.5", "--mirostat", "2"}};
  for (std::vector<std::string> arguments : chains) {
    arguments.insert(arguments.end(), {kStory, "--sequences", "3", "--tokens",
                                       "30", "--sampler", "ours,adapter"});
    const auto tokens = TokensOf(Generated(arguments));
    ASSERT_EQ(tokens.size(), 2u);
    EXPECT_EQ(tokens[0], tokens[1]) << arguments[0];
  }
}

// The parity mode beside llama.cpp itself, in one loop.
TEST(Generate, LlamaCppsNumbersDrawLlamaCppsTokens) {
  SAMPLER_NEEDS_MODEL();
  const char* const chains[] = {
      R"({"type": "repetition_penalty", "penalty": 1.1, "scope": "both",
          "window": 64},
         {"type": "dry", "multiplier": 0.8, "window": 64},
         {"type": "top_k", "k": 40},
         {"type": "typical_p", "p": 0.95, "equality": "continue"},
         {"type": "top_p", "p": 0.95}, {"type": "min_p", "p": 0.02},
         {"type": "xtc", "probability": 0.5, "threshold": 0.1, "fire": "le"},
         {"type": "temperature", "temperature": 0.9},
         {"type": "categorical"})",
      R"({"type": "mirostat", "version": 2, "tau": 4}, {"type": "categorical"})",
      R"({"type": "min_p", "p": 0.05}, {"type": "adaptive_p", "target": 0.4},
         {"type": "categorical"})"};
  for (const char* const chain : chains) {
    const std::string config = WriteTemporary(
        "config.json",
        absl::StrCat(R"({"version": 1, "rng": "llama_cpp", "stages": [)", chain,
                     "]}"));
    const auto tokens = TokensOf(
        Generated({kStory, "--config", config, "--seed", "5", "--sequences",
                   "3", "--tokens", "40", "--sampler", "ours,llama,adapter"}));
    ASSERT_EQ(tokens.size(), 3u);
    EXPECT_EQ(tokens[0], tokens[1]) << chain;
    EXPECT_EQ(tokens[0], tokens[2]) << chain;
  }
}

TEST(Generate, EndsWhereTheModelEndsAndLogsIt) {
  SAMPLER_NEEDS_MODEL();
  const std::string log = testing::TempDir() + "/generate_end.safetensors";
  std::remove(log.c_str());
  // Token 2 ends a turn; the bias makes it come soon.
  const std::vector<std::string> arguments = {
      kStory, "--logit-bias", "2+8", "--top-k", "40", "--sequences",
      "3",    "--tokens",     "200"};
  std::vector<std::string> logged = arguments;
  logged.insert(logged.end(), {"--log", log});
  const json answer = Generated(logged);
  const auto model = LlamaModel::Load(SAMPLER_LLAMA_MODEL);
  ASSERT_TRUE(model.ok());
  const auto opened = logs::Log::Open(log);
  ASSERT_TRUE(opened.ok()) << opened.status();
  ASSERT_EQ((*opened)->sequences().size(), 3u);
  const json& sequences = answer.at("samplers").at(0).at("sequences");
  for (std::size_t i = 0; i < 3; ++i) {
    const auto tokens = sequences[i].at("tokens").get<Tokens>();
    EXPECT_TRUE(sequences[i].at("ended"));
    EXPECT_LT(tokens.size(), 200u);
    EXPECT_TRUE(model->IsEnd(tokens.back()));
    std::string text;
    for (std::size_t t = 0; t + 1 < tokens.size(); ++t) {
      EXPECT_FALSE(model->IsEnd(tokens[t]));
      text += model->Piece(tokens[t]);
    }
    EXPECT_EQ(sequences[i].at("text"), text);
    const logs::LogSequence& sequence = (*opened)->sequences()[i];
    EXPECT_EQ(sequence.rows, static_cast<std::int64_t>(tokens.size()));
    EXPECT_EQ(Tokens(sequence.prompt.begin(), sequence.prompt.end()),
              answer.at("prompt_tokens").get<Tokens>());
  }
  std::remove(log.c_str());
}

TEST(Generate, StreamsTextAndReportsTheShare) {
  SAMPLER_NEEDS_MODEL();
  const std::vector<std::string> arguments = {kStory,    "--temp", "0.8",
                                              "--top-k", "40",     "--tokens",
                                              "24",      "--seed", "3"};
  const auto with = [&](std::vector<std::string> more) {
    more.insert(more.begin(), arguments.begin(), arguments.end());
    return more;
  };
  const json answer = Generated(with({"--sequences", "2"}));
  const json& sequences = answer.at("samplers").at(0).at("sequences");
  const auto first = sequences[0].at("text").get<std::string>();
  const auto second = sequences[1].at("text").get<std::string>();

  const ToolResult one = RunGenerate(arguments);
  EXPECT_EQ(one.exit_code, 0);
  EXPECT_EQ(one.out, first + "\n");
  EXPECT_TRUE(Says(one.err, "sampling share"));
  EXPECT_TRUE(Says(one.err, "ours        1      24"));

  const ToolResult two = RunGenerate(with({"--sequences", "2"}));
  EXPECT_TRUE(
      Says(two.out, "[0]  " + first.substr(0, first.find('\n')) + "\n"));
  EXPECT_TRUE(
      Says(two.out, "[1]  " + second.substr(0, second.find('\n')) + "\n"));

  const ToolResult both = RunGenerate(
      with({"--sampler", "ours,llama", "--runs", "3", "--ignore-end"}));
  EXPECT_TRUE(Says(both.out, "ours[0]  " + first.substr(0, first.find('\n'))));
  EXPECT_TRUE(Says(both.out, "llama[0]  "));
  EXPECT_TRUE(Says(both.err, "ours        3      24"));
  EXPECT_TRUE(Says(both.err, "llama       3      24"));
}

TEST(Generate, SaysWhatIsWrong) {
  const auto error = [](const std::vector<std::string>& arguments) {
    const ToolResult result = RunProgram(SAMPLER_GENERATE, arguments);
    EXPECT_EQ(result.exit_code, 2);
    return result.err;
  };
  EXPECT_TRUE(Says(error({"-m", "/nowhere.gguf", "Hi", "--greedy"}),
                   "/nowhere.gguf: no such file"));
  const std::string text = WriteTemporary("model.gguf", "no model");
  EXPECT_TRUE(Says(error({"-m", text, "Hi", "--greedy"}),
                   "llama.cpp cannot load this model"));
  EXPECT_TRUE(Says(
      error({"-m", text, "Hi", "--greedy", "--log", "x.st", "--runs", "2"}),
      "a log is that of one run"));
  EXPECT_TRUE(Says(error({"-m", text, "Hi", "--greedy", "--stream",
                          "4294967295", "--sequences", "2"}),
                   "want at most 2^32 - 1"));
  EXPECT_TRUE(Says(error({"-m", text, "Hi", "--sampler", "theirs"}), "theirs"));
  SAMPLER_NEEDS_MODEL();
  const auto with_model = [](std::vector<std::string> arguments) {
    const ToolResult result = RunGenerate(arguments);
    EXPECT_EQ(result.exit_code, 2);
    return result.err;
  };
  EXPECT_TRUE(Says(with_model({"Hi"}), "nothing to sample with"));
  EXPECT_TRUE(Says(with_model({"Hi", "--top-a", "1"}), "--top-a"));
  EXPECT_TRUE(Says(with_model({"Hi", "--config", "qwen3", "--temp", "-1"}),
                   "--temp -1"));
  const std::string config =
      WriteTemporary("config.json",
                     R"({"version": 1, "stages": [{"type": "top_a", "a": 0.2},
                                   {"type": "categorical"}]})");
  EXPECT_TRUE(Says(with_model({"Hi", "--config", config, "--sampler", "llama"}),
                   R"(/stages/0: llama.cpp has no "top_a")"));
  EXPECT_TRUE(
      Says(with_model({"", "--raw", "--greedy"}), "the prompt has no tokens"));
}

}  // namespace
}  // namespace sampler::tools
