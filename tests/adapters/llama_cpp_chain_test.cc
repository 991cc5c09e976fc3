// The adapter among the samplers of llama.cpp: grammars before and after it,
// draws that follow it.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "sampler/adapters/llama_cpp.h"
#include "tests/adapters/candidate_arrays.h"
#include "tests/adapters/llama_samplers.h"
#include "tests/support/pipelines.h"
#include "tests/support/rows.h"

namespace sampler {
namespace {

// What a grammar or another sampler in front leaves: the same as a mask.
TEST(LlamaSampler, TakesFilteredAndReorderedCandidates) {
  std::mt19937_64 random(3);
  for (const std::string& chain : Chains()) {
    const Pipeline masked = MakePipeline(R"({"type": "mask"},)" + chain, kSize);
    Sequence sequence = masked.NewSequence({.seed = 11}).value();
    Workspace workspace;
    // Given no mask it does nothing.
    const SamplerPointer smpl = NewSampler(masked, {.seed = 11});
    for (std::uint64_t i = 0; i < 20; ++i) {
      const auto row = Row(RowKind::kGaussian, i);
      std::vector<std::uint32_t> words(kSize / 32);
      std::vector<llama_token_data> entries;
      for (llama_token_data entry : CandidateArray::Entries(row)) {
        const auto id = static_cast<std::size_t>(entry.id);
        const std::uint64_t fate = random() % 4;
        if (fate == 0) words[id / 32] |= 1u << id % 32;
        if (fate == 1) entry.logit = kGoneLogit;
        if (fate <= 1) entries.push_back(entry);
      }
      std::shuffle(entries.begin(), entries.end(), random);
      CandidateArray array(entries);
      llama_sampler_apply(smpl.get(), array.get());
      const StepInputs inputs = {.mask = TokenMask(absl::MakeSpan(words))};
      const Token token = masked.Sample(row, sequence, workspace, inputs);
      ASSERT_EQ(token.status, RowStatus::kOk);
      ASSERT_EQ(array.token(), token.id) << chain << " step " << i;
      ASSERT_TRUE(sequence.Accept(token).ok());
      llama_sampler_accept(smpl.get(), token.id);
    }
  }
}

TEST(LlamaSampler, StandsBehindAGrammarInAChain) {
  const Pipeline pipeline = MakePipeline(R"({"type": "top_k", "k": 8})", kSize);
  const SamplerPointer chain(
      llama_sampler_chain_init(llama_sampler_chain_default_params()));
  llama_sampler_chain_add(chain.get(), NewMultiplesOnly(7));
  llama_sampler_chain_add(chain.get(), NewSampler(pipeline).release());
  EXPECT_EQ(LlamaSampler::Of(chain.get()), nullptr);
  EXPECT_NE(LlamaSampler::Of(llama_sampler_chain_get(chain.get(), 1)), nullptr);
  for (const llama_token token : Tokens(chain.get(), 100)) {
    EXPECT_EQ(token % 7, 0);
  }
}

TEST(LlamaSampler, StandsBeforeAGrammarAndAnotherDraw) {
  const Pipeline pipeline =
      MakePipeline(R"({"type": "top_k", "k": 64})", kSize);
  const SamplerPointer chain(
      llama_sampler_chain_init(llama_sampler_chain_default_params()));
  llama_sampler_chain_add(chain.get(), NewSampler(pipeline).release());
  llama_sampler_chain_add(chain.get(), NewMultiplesOnly(7));
  llama_sampler_chain_add(chain.get(), llama_sampler_init_dist(5));
  Workspace workspace;
  const Sequence sequence = pipeline.NewSequence({.seed = 0}).value();
  for (std::uint64_t i = 0; i < 100; ++i) {
    const auto row = Row(RowKind::kGaussian, i);
    const llama_token token = Sample(chain.get(), row);
    EXPECT_EQ(token % 7, 0);
    EXPECT_TRUE(pipeline.Process(row, sequence, workspace).Contains(token));
  }
}

// common_sampler's flow: draw; if the grammar rejects the token, put it in
// front and draw again. Accepted tokens must follow p given that they are
// allowed, whatever the order of the ids.
TEST(LlamaSampler, ASecondDrawIsIndependent) {
  const Pipeline pipeline = MakePipeline("", 3);
  const std::vector<float> row = {0.0f, 0.0f, 0.0f};  // Token 0 is rejected.
  int ones = 0;
  constexpr int kRounds = 20'000;
  for (int i = 0; i < kRounds; ++i) {
    const SamplerPointer smpl =
        NewSampler(pipeline, {.seed = static_cast<std::uint64_t>(i)});
    CandidateArray first(row);
    llama_sampler_apply(smpl.get(), first.get());
    llama_token token = first.token();
    if (token == 0) {
      CandidateArray second(
          {{0, kGoneLogit, 0.0f}, {1, 0.0f, 0.0f}, {2, 0.0f, 0}});
      llama_sampler_apply(smpl.get(), second.get());
      token = second.token();
    }
    ones += token == 1 ? 1 : 0;
  }
  // Six standard deviations; the same numbers again would give 2/3.
  EXPECT_NEAR(ones, kRounds / 2, 6 * std::sqrt(kRounds / 4.0));
}

}  // namespace
}  // namespace sampler
