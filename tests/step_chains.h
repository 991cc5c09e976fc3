// Chains of the house and of the parity mode, for tests of steps.

#ifndef SAMPLER_TESTS_STEP_CHAINS_H_
#define SAMPLER_TESTS_STEP_CHAINS_H_

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "sampler/config.h"
#include "sampler/pipeline.h"
#include "sampler/token.h"

namespace sampler {

inline constexpr std::int64_t kSize = 40;

// A chain of the house, or of the parity mode.
struct StepChain {
  std::string stages;
  bool parity = false;
  bool draws_for_forks = true;
};

inline std::vector<StepChain> StepChains() {
  std::vector<StepChain> chains = {
      {R"({"type": "categorical", "order": "rank"})"},
      {R"({"type": "greedy"})"},
      {R"({"type": "xtc", "probability": 0.5, "threshold": 0.02},
          {"type": "categorical"})",
       false, false},
      // Not tossed: the coin is never looked at.
      {R"({"type": "xtc", "probability": 1, "threshold": 0.02},
          {"type": "categorical"})"},
      {R"({"type": "xtc", "probability": 0, "threshold": 0.02},
          {"type": "categorical"})"},
      {R"({"type": "mirostat"}, {"type": "categorical"})"},
      {R"({"type": "gumbel_top_k", "n": 4})"},
      {R"({"type": "top_k", "k": 5}, {"type": "gumbel_max"})"},
      {R"({"type": "gumbel_watermark", "key": 7,
          "context_width": 2})"},
      {R"({"type": "top_k", "k": 5}, {"type": "synthid", "keys": [1, 2]})"},
      {R"({"type": "categorical"})", true, false},
      {R"({"type": "top_k", "k": 3}, {"type": "greedy"})", true},
      {R"({"type": "mirostat"}, {"type": "categorical"})", true, false},
      {R"({"type": "adaptive_p", "target": 0.4}, {"type": "categorical"})",
       true, false},
      {R"({"type": "xtc", "probability": 0.5, "threshold": 0.02, "fire": "le"},
          {"type": "greedy"})",
       true, false},
  };
  return chains;
}

inline Pipeline Make(const StepChain& chain) {
  const auto config =
      ParseConfig(absl::StrCat(R"({"version": 1, "rng": ")",
                               chain.parity ? "llama_cpp" : "house",
                               R"(", "stages": [)", chain.stages, "]}"),
                  kSize);
  EXPECT_TRUE(config.ok()) << config.status();
  return Pipeline::Create(*config, kSize).value();
}

// Of a few different logits.
inline std::vector<float> RandomStepRow(std::mt19937_64& random) {
  std::vector<float> row(kSize);
  for (float& logit : row) logit = static_cast<float>(random() % 64) / 16;
  return row;
}

inline void ExpectSame(const Token& a, const Token& b) {
  EXPECT_EQ(a.id, b.id);
  EXPECT_EQ(a.status, b.status);
  EXPECT_EQ(a.bits, b.bits);
  EXPECT_EQ(a.state.values, b.state.values);
  EXPECT_EQ(a.state.owner, b.state.owner);
}

}  // namespace sampler

#endif  // SAMPLER_TESTS_STEP_CHAINS_H_
