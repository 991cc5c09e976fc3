// Pipelines as samplers of llama.cpp.

#ifndef SAMPLER_TESTS_ADAPTERS_LLAMA_SAMPLERS_H_
#define SAMPLER_TESTS_ADAPTERS_LLAMA_SAMPLERS_H_

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "sampler/adapters/llama_cpp.h"
#include "tests/adapters/candidate_arrays.h"
#include "tests/support/pipelines.h"
#include "tests/support/rows.h"

namespace sampler {

inline constexpr std::int64_t kSize = 512;
inline constexpr float kGoneLogit = -std::numeric_limits<float>::infinity();

// A row of kSize tokens.
inline std::vector<float> Row(RowKind kind, std::uint64_t seed) {
  return MakeRow(kind, kSize, seed);
}

inline SamplerPointer NewSampler(const Pipeline& pipeline,
                                 Sequence::Options options = {},
                                 Workspace* workspace = nullptr) {
  auto made = NewLlamaSampler(pipeline, options, workspace);
  EXPECT_TRUE(made.ok()) << made.status();
  return SamplerPointer(made.value_or(nullptr));
}

// The tokens that `smpl` draws from n rows, without being told of them.
inline std::vector<llama_token> Tokens(llama_sampler* smpl, int n) {
  std::vector<llama_token> tokens;
  for (int i = 0; i < n; ++i) {
    tokens.push_back(
        Sample(smpl, Row(RowKind::kZipf, static_cast<std::uint64_t>(i))));
  }
  return tokens;
}

// One chain of every family: history, memory, coins, noise, no truncation.
inline const std::vector<std::string>& Chains() {
  static const auto& chains = *new std::vector<std::string>{
      R"({"type": "greedy"})",
      R"({"type": "temperature", "temperature": 0.8})",
      R"({"type": "repetition_penalty", "penalty": 1.3, "window": 64},
         {"type": "frequency_penalty", "penalty": 0.5, "scope": "both"},
         {"type": "dry", "multiplier": 0.8},
         {"type": "top_k", "k": 40}, {"type": "top_p", "p": 0.95})",
      R"({"type": "min_p", "p": 0.02},
         {"type": "xtc", "probability": 0.5, "threshold": 0.05})",
      R"({"type": "mirostat", "version": 2, "tau": 3})",
      R"({"type": "adaptive_p", "target": 0.4})",
      R"({"type": "typical_p", "p": 0.9}, {"type": "gumbel_max"})"};
  return chains;
}

}  // namespace sampler

#endif  // SAMPLER_TESTS_ADAPTERS_LLAMA_SAMPLERS_H_
