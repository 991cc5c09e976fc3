// Chains of the parity mode and rows for vocabularies of 300 tokens.

#ifndef SAMPLER_TESTS_PARITY_CHAINS_H_
#define SAMPLER_TESTS_PARITY_CHAINS_H_

#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "sampler/config.h"
#include "sampler/pipeline.h"

namespace sampler {

inline constexpr std::int64_t kSize = 300;

inline PipelineConfig MakeConfig(const std::string& stages) {
  auto config = ParseConfig(
      R"({"version": 1, "rng": "llama_cpp", "stages": [)" + stages + "]}",
      kSize);
  EXPECT_TRUE(config.ok()) << config.status();
  return config.value_or(PipelineConfig());
}

inline Pipeline MakePipeline(const std::string& stages) {
  return Pipeline::Create(MakeConfig(stages), kSize).value();
}

inline const std::string kPenalties =
    R"({"type": "repetition_penalty", "penalty": 1.2, "window": 32},
       {"type": "frequency_penalty", "penalty": 0.3, "scope": "both",
        "window": 32},
       {"type": "presence_penalty", "penalty": 0.5, "scope": "both",
        "window": 32},)";

// Chains with every kind of state.
inline std::vector<std::string> Chains() {
  return {
      R"({"type": "categorical"})",
      kPenalties +
          R"({"type": "top_k", "k": 40},
             {"type": "typical_p", "p": 0.9, "equality": "continue"},
             {"type": "temperature", "temperature": 0.8},
             {"type": "categorical"})",
      R"({"type": "dry", "multiplier": 0.8, "window": 64, "breakers": [[7]]},
         {"type": "top_n_sigma", "n": 1.5},
         {"type": "min_p", "p": 0.02},
         {"type": "xtc", "probability": 0.5, "threshold": 0.05, "fire": "le"},
         {"type": "dynamic_temperature", "low": 0.5, "high": 1.5,
          "count": "all"}, {"type": "categorical"})",
      R"({"type": "mirostat", "version": 1}, {"type": "categorical"})",
      R"({"type": "mirostat", "version": 2, "tau": 3},
         {"type": "categorical"})",
      R"({"type": "min_p", "p": 0.01}, {"type": "adaptive_p", "target": 0.3},
         {"type": "categorical"})",
      R"({"type": "logit_bias", "bias": {"3": 1.5, "4": false}},
         {"type": "top_p", "p": 0.9}, {"type": "greedy"})",
  };
}

// A row with a token at -inf, and now and then with one survivor.
inline std::vector<float> RandomChainRow(std::mt19937_64& random) {
  std::vector<float> row(kSize);
  for (float& logit : row) logit = static_cast<float>(random() % 512) / 64;
  row[random() % kSize] = 12.0F;
  if (random() % 4 == 0) row[random() % kSize] = 40.0F;
  row[random() % kSize] = -std::numeric_limits<float>::infinity();
  return row;
}

}  // namespace sampler

#endif  // SAMPLER_TESTS_PARITY_CHAINS_H_
