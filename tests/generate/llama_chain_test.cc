// A config as llama.cpp's chain: held to the parity mode, which restates what
// llama.cpp does.

#include "tools/generate/llama_chain.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "sampler/config.h"
#include "sampler/pipeline.h"
#include "tests/support/rows.h"

namespace sampler::tools {
namespace {

constexpr std::int32_t kSize = 600;

PipelineConfig Config(const std::string& stages, const std::string& rng) {
  const auto config =
      ParseConfig(absl::StrCat(R"({"version": 1, "rng": ")", rng,
                               R"(", "stages": [)", stages, "]}"),
                  kSize);
  EXPECT_TRUE(config.ok()) << config.status();
  return config.value_or(PipelineConfig());
}

std::vector<std::string> Notes(const std::string& stages) {
  std::vector<std::string> notes;
  EXPECT_TRUE(MakeLlamaChain(Config(stages, "house"),
                             {.vocabulary_size = kSize}, &notes)
                  .ok());
  return notes;
}

// Every stage that llama.cpp has, and penalties together and apart.
TEST(LlamaChain, DrawsTheTokensOfTheParityMode) {
  const std::string draw = R"({"type": "categorical"})";
  const std::string repeat =
      R"({"type": "repetition_penalty", "penalty": 1.2, "scope": "both",
          "window": 32},)";
  const std::string frequency =
      R"({"type": "frequency_penalty", "penalty": 0.4, "scope": "both",
          "window": 32},)";
  const std::string presence =
      R"({"type": "presence_penalty", "penalty": 0.7, "scope": "both",
          "window": 32},)";
  const std::vector<std::string> chains = {
      draw,
      repeat + frequency + presence + draw,
      presence + frequency + repeat + repeat + draw,
      repeat + R"({"type": "top_k", "k": 50},)" + presence + draw,
      R"({"type": "frequency_penalty", "penalty": 0.4, "scope": "both"},)" +
          presence + draw,
      R"({"type": "logit_bias", "bias": {"3": 2.5, "9": false}},)" + draw,
      R"({"type": "suppress_tokens", "ids": [1, 2, 3]},)" + draw,
      R"({"type": "dry", "multiplier": 0.8, "allowed_length": 1},)" + draw,
      R"({"type": "top_n_sigma", "n": 1.5},)" + draw,
      R"({"type": "top_n_sigma", "n": 0},)" + draw,
      R"({"type": "typical_p", "p": 0.8, "equality": "continue"},)" + draw,
      R"({"type": "top_p", "p": 0.8, "min_keep": 3},)" + draw,
      R"({"type": "min_p", "p": 0.1, "min_keep": 20},)" + draw,
      R"({"type": "xtc", "probability": 0.5, "threshold": 0.05, "fire": "le"},)" +
          draw,
      R"({"type": "temperature", "temperature": 0.6},)" + draw,
      R"({"type": "dynamic_temperature", "low": 0.5, "high": 1.5,
          "exponent": 1.3, "count": "all"},)" +
          draw,
      R"({"type": "mirostat", "version": 1, "tau": 3, "m": 50},)" + draw,
      R"({"type": "mirostat", "version": 2, "tau": 3, "eta": 0.3},)" + draw,
      R"({"type": "adaptive_p", "target": 0.3, "decay": 0.8},)" + draw,
      R"({"type": "adaptive_p", "target": null},)" + draw,
      R"({"type": "greedy"})"};
  for (const std::string& chain : chains) {
    const PipelineConfig config = Config(chain, "llama_cpp");
    const Pipeline pipeline = Pipeline::Create(config, kSize).value();
    const std::vector<std::int32_t> prompt = {5, 6, 5, 7, 5, 6};
    Sequence sequence =
        pipeline.NewSequence({.seed = 40, .stream = 2, .prompt = prompt})
            .value();
    std::vector<std::string> notes;
    auto made = MakeLlamaChain(
        config, {.vocabulary_size = kSize, .seed = 42, .context = 100}, &notes);
    ASSERT_TRUE(made.ok()) << made.status();
    EXPECT_TRUE(notes.empty()) << notes[0];
    for (const llama_token token : prompt) {
      llama_sampler_accept(made->get(), token);
    }
    Workspace workspace;
    for (std::uint64_t i = 0; i < 60; ++i) {
      const auto row = MakeRow(RowKind::kZipf, kSize, i);
      const Token token = pipeline.Sample(row, sequence, workspace);
      std::vector<llama_token_data> candidates;
      for (llama_token id = 0; id < kSize; ++id) {
        candidates.push_back({id, row[static_cast<std::size_t>(id)], 0.0F});
      }
      llama_token_data_array array = {candidates.data(), candidates.size(), -1,
                                      false};
      llama_sampler_apply(made->get(), &array);
      ASSERT_GE(array.selected, 0);
      ASSERT_EQ(array.data[array.selected].id, token.id)
          << chain << " step " << i;
      llama_sampler_accept(made->get(), token.id);
      ASSERT_TRUE(sequence.Accept(token).ok());
    }
  }
}

TEST(LlamaChain, NotesWhatLlamaCppDoesOtherwise) {
  EXPECT_TRUE(
      Notes(R"({"type": "top_k", "k": 3}, {"type": "categorical"})").empty());
  const auto notes = Notes(
      R"({"type": "presence_penalty", "penalty": 1}, {"type": "categorical"})");
  ASSERT_EQ(notes.size(), 1u);
  EXPECT_NE(notes[0].find("/stages/0/scope"), std::string::npos) << notes[0];
}

TEST(LlamaChain, RefusesWhatLlamaCppHasNot) {
  for (const char* const stage :
       {R"({"type": "top_a", "a": 0.2})",
        R"({"type": "dry", "multiplier": 1, "breakers": [[1]]})",
        R"({"type": "temperature", "schedule": {"from": 1,
            "to": 0.5, "steps": 10}})"}) {
    const auto config =
        ParseConfig(absl::StrCat(R"({"version": 1, "stages": [)", stage,
                                 R"(, {"type": "categorical"}]})"));
    ASSERT_TRUE(config.ok()) << config.status();
    const auto made =
        MakeLlamaChain(*config, {.vocabulary_size = kSize}, nullptr);
    EXPECT_EQ(made.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_NE(made.status().message().find("/stages/0: llama.cpp has no"),
              std::string::npos)
        << made.status();
  }
}

}  // namespace
}  // namespace sampler::tools
