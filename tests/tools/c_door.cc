#include "tests/tools/c_door.h"

#include <array>

#include "gtest/gtest.h"
#include "tests/support/stage_chains.h"

namespace sampler::tools {
namespace {

// Where the library writes its sentences.
struct Sentence {
  std::array<char, 65536> text = {};
  sampler_error error = {text.data(), text.size()};
};

sampler_row RowOf(const Logits& logits) {
  return {logits.data(), logits.size(),
          static_cast<sampler_dtype>(logits.dtype())};
}

}  // namespace

CDoor::CDoor(const std::string& config, std::uint64_t seed,
             const std::vector<std::int32_t>& prompt) {
  Sentence said;
  EXPECT_EQ(sampler_pipeline_create(config.data(), config.size(),
                                    kChainVocabulary, &pipeline_, &said.error),
            SAMPLER_OK)
      << said.text.data();
  EXPECT_EQ(sampler_sequence_create(pipeline_, seed, 0, prompt.data(),
                                    prompt.size(), &sequence_, &said.error),
            SAMPLER_OK)
      << said.text.data();
}

CDoor::~CDoor() {
  sampler_sequence_free(sequence_);
  sampler_pipeline_free(pipeline_);
}

CToken CDoor::Sample(const std::vector<float>& row, const StepInputs& inputs) {
  Sentence said;
  const sampler_row c_row = RowOf(Logits(row));
  sampler_inputs c_inputs = {};
  c_inputs.struct_size = sizeof(c_inputs);
  if (inputs.mask.has_value()) {
    c_inputs.mask = inputs.mask->words().data();
    c_inputs.mask_words = inputs.mask->words().size();
  }
  if (inputs.unconditional.has_value()) {
    c_inputs.unconditional = RowOf(*inputs.unconditional);
  }
  if (inputs.uniform.has_value()) c_inputs.uniform = &*inputs.uniform;
  sampler_token token = {};
  token.struct_size = sizeof(token);
  EXPECT_EQ(sampler_sample(sequence_, &c_row, &c_inputs, &token, &said.error),
            SAMPLER_OK)
      << said.text.data();
  CToken result = {token.id, token.row_status, token.bits};
  if (token.row_status != SAMPLER_ROW_OK) return result;
  for (const int raw : {0, 1}) {
    sampler_logprob of_token = {};
    std::array<sampler_logprob, 3> top = {};
    std::size_t count = 0;
    EXPECT_EQ(sampler_logprobs(sequence_, &c_row, raw, token.id, &of_token,
                               top.data(), top.size(), &count, &said.error),
              SAMPLER_OK)
        << said.text.data();
    EXPECT_EQ(of_token.id, token.id);
    EXPECT_GE(of_token.rank, 1);
    EXPECT_GE(count, 1U);
    EXPECT_GE(top[0].logprob, of_token.logprob);
    (raw == 0 ? result.logprob : result.raw_logprob) = of_token.logprob;
  }
  return result;
}

void CDoor::Accept(std::int32_t token) {
  Sentence said;
  EXPECT_EQ(sampler_accept(sequence_, token, &said.error), SAMPLER_OK)
      << said.text.data();
}

void CDoor::Restore() {
  Sentence said;
  const std::string snapshot = CSnapshot(sequence_);
  sampler_sequence_free(sequence_);
  sequence_ = nullptr;
  EXPECT_EQ(sampler_sequence_restore(pipeline_, snapshot.data(),
                                     snapshot.size(), &sequence_, &said.error),
            SAMPLER_OK)
      << said.text.data();
}

std::string CSnapshot(const sampler_sequence* sequence) {
  Sentence said;
  std::size_t size = 0;
  EXPECT_EQ(sampler_sequence_snapshot(sequence, nullptr, 0, &size, nullptr),
            SAMPLER_OUT_OF_RANGE);
  std::string snapshot(size, '\0');
  EXPECT_EQ(sampler_sequence_snapshot(sequence, snapshot.data(),
                                      snapshot.size(), &size, &said.error),
            SAMPLER_OK)
      << said.text.data();
  return snapshot;
}

std::string CError(const std::string& config) {
  Sentence said;
  sampler_pipeline* pipeline = nullptr;
  EXPECT_EQ(sampler_pipeline_create(config.data(), config.size(),
                                    kChainVocabulary, &pipeline, &said.error),
            SAMPLER_INVALID_ARGUMENT);
  EXPECT_EQ(pipeline, nullptr);
  return said.text.data();
}

}  // namespace sampler::tools
