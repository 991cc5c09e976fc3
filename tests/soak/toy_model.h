// The model of the soak: rows, masks and inputs that depend on the text alone,
// so that a text that is served twice meets the same ones.

#ifndef SAMPLER_TESTS_SOAK_TOY_MODEL_H_
#define SAMPLER_TESTS_SOAK_TOY_MODEL_H_

#include <cstdint>
#include <string>
#include <vector>

#include "sampler/candidate.h"
#include "sampler/history/history.h"
#include "sampler/step_inputs.h"

namespace sampler::soak {

inline constexpr std::int64_t kVocabulary = 256;

// 64 bits that look random, of these.
std::uint64_t Mixed(std::uint64_t bits);

// What a step is given. Its inputs point into it.
class ModelStep {
 public:
  // After this text. Models of other numbers give other rows.
  ModelStep(const History& text, std::uint64_t model);
  ModelStep(const ModelStep&) = delete;
  ModelStep& operator=(const ModelStep&) = delete;

  const std::vector<float>& row() const { return row_; }
  StepInputs inputs() const;

 private:
  std::vector<float> row_;
  std::vector<float> unconditional_;
  std::vector<std::uint32_t> mask_;
  double uniform_;
};

// The text of a token: one or two letters of "a" to "e", often the same as
// another token's; nothing of the last ones.
std::string TextOf(TokenId token);

}  // namespace sampler::soak

#endif  // SAMPLER_TESTS_SOAK_TOY_MODEL_H_
