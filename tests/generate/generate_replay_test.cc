// The loop closes: what was generated with a real model and logged, a replay of
// the log under the same settings and seed draws again, token by token, for
// every sequence and whatever a stage remembers.

#include <cstdio>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/generate/model_run.h"

namespace sampler::tools {
namespace {

using nlohmann::json;

struct Family {
  const char* name;
  const char* rng;
  const char* stages;
};

const std::vector<Family>& Families() {
  static const auto& families = *new std::vector<Family>{
      {"penalties", "house",
       R"({"type": "repetition_penalty", "penalty": 1.3, "window": 64},
          {"type": "frequency_penalty", "penalty": 0.3, "scope": "both"},
          {"type": "presence_penalty", "penalty": 0.2},
          {"type": "no_repeat_ngram", "n": 3},
          {"type": "top_p", "p": 0.95}, {"type": "categorical"})"},
      {"dry", "house",
       R"({"type": "dry", "multiplier": 0.8, "allowed_length": 1},
          {"type": "temperature", "temperature": 0.8},
          {"type": "min_p", "p": 0.02}, {"type": "categorical"})"},
      {"mirostat 2", "house",
       R"({"type": "mirostat", "version": 2, "tau": 4, "eta": 0.2},
          {"type": "categorical"})"},
      {"mirostat 1", "house",
       R"({"type": "mirostat", "version": 1, "tau": 4, "eta": 0.2},
          {"type": "categorical"})"},
      {"xtc", "house",
       R"({"type": "min_p", "p": 0.02},
          {"type": "xtc", "probability": 0.5, "threshold": 0.1},
          {"type": "categorical"})"},
      {"adaptive_p", "house",
       R"({"type": "min_p", "p": 0.02}, {"type": "adaptive_p", "target": 0.4},
          {"type": "categorical"})"},
      {"all at once", "house",
       R"({"type": "repetition_penalty", "penalty": 1.1},
          {"type": "dry", "multiplier": 0.8},
          {"type": "xtc", "probability": 0.3, "threshold": 0.1},
          {"type": "mirostat", "version": 2, "tau": 4},
          {"type": "temperature", "temperature": 0.9},
          {"type": "gumbel_max"})"},
      {"llama.cpp's numbers", "llama_cpp",
       R"({"type": "repetition_penalty", "penalty": 1.2, "scope": "both",
           "window": 64},
          {"type": "dry", "multiplier": 0.8, "window": 64},
          {"type": "top_k", "k": 40},
          {"type": "xtc", "probability": 0.5, "threshold": 0.1, "fire": "le"},
          {"type": "temperature", "temperature": 0.9},
          {"type": "categorical"})"},
      {"llama.cpp's mirostat", "llama_cpp",
       R"({"type": "mirostat", "version": 2, "tau": 4},
          {"type": "categorical"})"}};
  return families;
}

// The tokens that a replay draws, by sequence.
std::vector<Tokens> Replayed(const std::string& log,
                             std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {"replay", log, "--jsonl"});
  const ToolResult result = RunTool(arguments);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  std::vector<Tokens> sequences;
  for (const json& row : Events(result.out, "row")) {
    const auto index = row.at("seq").get<std::size_t>();
    if (sequences.size() <= index) sequences.resize(index + 1);
    sequences[index].push_back(row.at("token").get<std::int32_t>());
  }
  return sequences;
}

TEST(GenerateReplay, DrawsTheGeneratedTokensAgain) {
  SAMPLER_NEEDS_MODEL();
  for (const Family& family : Families()) {
    const std::string config = WriteTemporary(
        "config.json", absl::StrCat(R"({"version": 1, "rng": ")", family.rng,
                                    R"(", "stages": [)", family.stages, "]}"));
    const std::string log = testing::TempDir() + "/generate_replay.safetensors";
    std::remove(log.c_str());
    const std::vector<std::string> settings = {"--config", config,     "--seed",
                                               "11",       "--stream", "4"};
    std::vector<std::string> arguments = {
        kStory, "--sequences", "3", "--tokens", "40", "--log", log};
    arguments.insert(arguments.end(), settings.begin(), settings.end());
    const std::vector<Tokens> tokens = TokensOf(Generated(arguments)).at(0);
    ASSERT_EQ(tokens.size(), 3u);
    EXPECT_NE(tokens[0], tokens[1]) << family.name;
    EXPECT_NE(tokens[1], tokens[2]) << family.name;

    EXPECT_EQ(Replayed(log, settings), tokens) << family.name;
    std::vector<std::string> alone = settings;
    alone.insert(alone.end(), {"--history", "replayed", "--threads", "2"});
    EXPECT_EQ(Replayed(log, alone), tokens) << family.name;
    // It is the seed that does it.
    std::vector<std::string> other = settings;
    other[3] = "12";
    EXPECT_NE(Replayed(log, other), tokens) << family.name;
    std::remove(log.c_str());
  }
}

}  // namespace
}  // namespace sampler::tools
