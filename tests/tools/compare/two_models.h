// Two models of one text, as `_logits_` files.

#ifndef SAMPLER_TESTS_TOOLS_COMPARE_TWO_MODELS_H_
#define SAMPLER_TESTS_TOOLS_COMPARE_TWO_MODELS_H_

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "tests/logs/log_files.h"
#include "tests/tools/tool.h"

namespace sampler::tools {

inline constexpr int kVocabulary = 301;  // Odd: rows have a padding unit.
inline constexpr int kContext = 32;
inline constexpr int kChunks = 12;
inline constexpr int kRowsOfChunk = kContext - 1 - kContext / 2;

// The logits of one step.
using ModelRow = std::vector<float>;

// As the format describes it: 16 nats below the maximum, in 65,535 steps.
inline logs::LlamaRow Encoded(const ModelRow& logits) {
  float largest = logits[0];
  float smallest = logits[0];
  for (const float x : logits) {
    largest = std::max(largest, x);
    smallest = std::min(smallest, x);
  }
  smallest = std::max(smallest, largest - 16);
  double sum = 0;
  for (const float x : logits) sum += std::exp(double{x} - double{largest});
  const auto log_sum = static_cast<float>(std::log(sum));
  logs::LlamaRow row;
  row.scale = (largest - smallest) / 65535.0F;
  row.min_log_prob = smallest - largest - log_sum;
  const float inverse = 1 / row.scale;
  for (const float x : logits) {
    row.codes.push_back(x > smallest
                            ? static_cast<std::uint16_t>(
                                  std::nearbyint(inverse * (x - smallest)))
                            : std::uint16_t{0});
  }
  return row;
}

inline std::vector<double> Decoded(const logs::LlamaRow& row) {
  std::vector<double> logprobs;
  for (const std::uint16_t code : row.codes) {
    logprobs.push_back(static_cast<double>(
        row.scale * static_cast<float>(code) + row.min_log_prob));
  }
  return logprobs;
}

inline std::vector<double> LogSoftmax(const ModelRow& logits) {
  const double largest = *std::max_element(logits.begin(), logits.end());
  double sum = 0;
  for (const float x : logits) sum += std::exp(double{x} - largest);
  std::vector<double> logprobs;
  for (const float x : logits) {
    logprobs.push_back(double{x} - largest - std::log(sum));
  }
  return logprobs;
}

// The token at which the running probability exceeds u.
inline std::int32_t Drawn(const std::vector<double>& logprobs, double u) {
  for (std::size_t i = 0; i < logprobs.size(); ++i) {
    u -= std::exp(logprobs[i]);
    if (u < 0) return static_cast<std::int32_t>(i);
  }
  return 0;
}

// Two models of one text: the second is the first with noise.
struct Models {
  std::vector<std::int32_t> tokens;
  std::vector<ModelRow> base;
  std::vector<ModelRow> other;
};

inline const Models& TwoModels() {
  static const auto* const models = [] {
    auto* made = new Models;
    std::mt19937 random(11);
    std::normal_distribution<float> normal;
    made->tokens.assign(kContext * kChunks, 0);
    for (int r = 0; r < kRowsOfChunk * kChunks; ++r) {
      ModelRow base;
      ModelRow other;
      for (int i = 0; i < kVocabulary; ++i) {
        // Likely tokens first, and some far below the floor.
        const float logit = 3 * normal(random) - 0.05F * static_cast<float>(i) -
                            (i % 7 == 6 ? 20.0F : 0.0F);
        base.push_back(logit);
        other.push_back(logit + 0.3F * normal(random));
      }
      // The token that comes is drawn from the base.
      const int place =
          r / kRowsOfChunk * kContext + kContext / 2 + r % kRowsOfChunk + 1;
      made->tokens[static_cast<std::size_t>(place)] =
          Drawn(LogSoftmax(base), static_cast<double>(random()) / 0x1p32);
      made->base.push_back(base);
      made->other.push_back(other);
    }
    return made;
  }();
  return *models;
}

// The rows as a `_logits_` file with the tokens of TwoModels().
inline std::string ModelFile(const char* name,
                             const std::vector<ModelRow>& rows) {
  std::vector<logs::LlamaRow> encoded;
  for (const ModelRow& row : rows) encoded.push_back(Encoded(row));
  return WriteTemporary(name, logs::LlamaLogits(kContext, kVocabulary, kChunks,
                                                TwoModels().tokens, encoded));
}

}  // namespace sampler::tools

#endif  // SAMPLER_TESTS_TOOLS_COMPARE_TWO_MODELS_H_
