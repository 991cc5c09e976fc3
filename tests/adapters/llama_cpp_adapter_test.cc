// The adapter as llama.cpp uses it, through its C interface.

#include <cmath>
#include <cstddef>
#include <cstdint>
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

TEST(LlamaSampler, DrawsThePipelinesTokens) {
  for (const std::string& chain : Chains()) {
    const Pipeline pipeline = MakePipeline(chain, kSize);
    const Sequence::Options options = {
        .seed = 7, .stream = 3, .prompt = {1, 2, 3, 1, 2}};
    Sequence sequence = pipeline.NewSequence(options).value();
    Workspace workspace;
    const SamplerPointer smpl = NewSampler(pipeline, options);
    for (std::uint64_t i = 0; i < 60; ++i) {
      const auto row = Row(i % 2 == 0 ? RowKind::kZipf : RowKind::kTied, i);
      const Token token = pipeline.Sample(row, sequence, workspace);
      ASSERT_TRUE(sequence.Accept(token).ok());
      ASSERT_EQ(Sample(smpl.get(), row), token.id) << chain << " step " << i;
    }
    const LlamaSampler* const ours = LlamaSampler::Of(smpl.get());
    EXPECT_TRUE(ours->sequence() == sequence) << chain;
  }
}

TEST(LlamaSampler, DrawsTheSameTokensFromRowsThemselves) {
  for (const std::string& chain : Chains()) {
    const Pipeline pipeline = MakePipeline(chain, kSize);
    const Sequence::Options options = {.seed = 7, .prompt = {1, 2, 3, 1, 2}};
    const SamplerPointer by_array = NewSampler(pipeline, options);
    const SamplerPointer by_row = NewSampler(pipeline, options);
    for (std::uint64_t i = 0; i < 60; ++i) {
      const auto row = Row(i % 2 == 0 ? RowKind::kZipf : RowKind::kTied, i);
      // Now and then a draw that nobody accepts comes before it.
      if (i % 7 == 3) {
        CandidateArray array(row);
        llama_sampler_apply(by_array.get(), array.get());
        LlamaSampler::Of(by_row.get())->Draw(Logits(row));
      }
      ASSERT_EQ(SampleRow(by_row.get(), row.data()),
                Sample(by_array.get(), row))
          << chain << " step " << i;
    }
    EXPECT_TRUE(LlamaSampler::Of(by_row.get())->sequence() ==
                LlamaSampler::Of(by_array.get())->sequence());
  }
}

TEST(LlamaSampler, SaysWhyARowGivesNoToken) {
  const Pipeline pipeline = MakePipeline(R"({"type": "top_k", "k": 8})", kSize);
  const SamplerPointer smpl = NewSampler(pipeline, {.seed = 7});
  const LlamaSampler* const ours = LlamaSampler::Of(smpl.get());
  EXPECT_EQ(SampleRow(smpl.get(), nullptr), -1);
  EXPECT_EQ(ours->last().status, RowStatus::kWrongSize);
  std::vector<float> row = Row(RowKind::kZipf, 1);
  row[100] = std::nanf("");
  EXPECT_EQ(SampleRow(smpl.get(), row.data()), -1);
  EXPECT_EQ(ours->last().status, RowStatus::kNan);
  EXPECT_EQ(ours->sequence().position(), 0);
  // A chain is not this library's.
  const SamplerPointer chain(
      llama_sampler_chain_init(llama_sampler_chain_default_params()));
  EXPECT_EQ(SampleRow(chain.get(), row.data()), -1);
}

TEST(LlamaSampler, LeavesTheDistribution) {
  for (const std::string& chain : Chains()) {
    const Pipeline pipeline = MakePipeline(chain, kSize);
    const Sequence sequence = pipeline.NewSequence({.seed = 7}).value();
    const SamplerPointer smpl = NewSampler(pipeline, {.seed = 7});
    const auto row = Row(RowKind::kMasked, 5);
    Workspace workspace;
    const Distribution left = pipeline.Process(row, sequence, workspace);
    CandidateArray array(row);
    llama_sampler_apply(smpl.get(), array.get());
    ASSERT_EQ(array->size, static_cast<std::size_t>(left.Count())) << chain;
    double total = 0.0;
    for (std::size_t i = 0; i < array->size; ++i) {
      const llama_token_data& entry = array->data[i];
      EXPECT_TRUE(left.Contains(entry.id));
      EXPECT_EQ(entry.p, static_cast<float>(left.Probability(entry.id)));
      EXPECT_TRUE(i == 0 || array->data[i - 1].id < entry.id);
      total += static_cast<double>(entry.p);
    }
    EXPECT_NEAR(total, 1.0, 1e-5) << chain;
    EXPECT_EQ(array->sorted, array->size == 1) << chain;
  }
}

TEST(LlamaSampler, TokensAcceptedBeforeTheFirstDrawAreThePrompt) {
  const Pipeline pipeline = MakePipeline(Chains()[2], kSize);
  const SamplerPointer given =
      NewSampler(pipeline, {.seed = 1, .prompt = {5, 6, 7, 8}});
  const SamplerPointer accepted =
      NewSampler(pipeline, {.seed = 1, .prompt = {5, 6}});
  llama_sampler_accept(accepted.get(), 7);
  llama_sampler_accept(accepted.get(), 8);
  const auto tokens = Tokens(given.get(), 30);
  EXPECT_EQ(Tokens(accepted.get(), 30), tokens);
  EXPECT_EQ(LlamaSampler::Of(accepted.get())->sequence().position(), 30);
  // Reset forgets 7 and 8.
  llama_sampler_reset(accepted.get());
  const auto& history = LlamaSampler::Of(accepted.get())->sequence().history();
  EXPECT_EQ(history.prompt().size(), 2u);
  llama_sampler_accept(accepted.get(), 7);
  llama_sampler_accept(accepted.get(), 8);
  EXPECT_EQ(Tokens(accepted.get(), 30), tokens);
}

TEST(LlamaSampler, AcceptsTokensThatWereNotDrawn) {
  const Pipeline pipeline = MakePipeline(Chains()[4], kSize);
  Sequence sequence = pipeline.NewSequence({.seed = 2}).value();
  Workspace workspace;
  const SamplerPointer smpl = NewSampler(pipeline, {.seed = 2});
  for (std::uint64_t i = 0; i < 40; ++i) {
    const auto row = Row(RowKind::kZipf, i);
    const Token token = pipeline.Sample(row, sequence, workspace);
    const llama_token forced = i % 3 == 0 ? 9 : token.id;
    ASSERT_TRUE(sequence.Accept(token, forced).ok());
    CandidateArray array(row);
    llama_sampler_apply(smpl.get(), array.get());
    ASSERT_EQ(array.token(), token.id);
    llama_sampler_accept(smpl.get(), forced);
  }
}

TEST(LlamaSampler, ClonesAndCopiesAreIndependent) {
  for (const std::string& chain : Chains()) {
    const Pipeline pipeline = MakePipeline(chain, kSize);
    const SamplerPointer smpl = NewSampler(pipeline, {.seed = 4});
    const SamplerPointer other = NewSampler(pipeline, {.seed = 99});
    Tokens(smpl.get(), 10);
    Tokens(other.get(), 3);
    const SamplerPointer clone(llama_sampler_clone(smpl.get()));
    llama_sampler_copy(smpl.get(), other.get());
    const auto tokens = Tokens(smpl.get(), 20);
    EXPECT_EQ(Tokens(clone.get(), 20), tokens) << chain;
    EXPECT_EQ(Tokens(other.get(), 20), tokens) << chain;
    llama_sampler_reset(clone.get());
    const auto again = Tokens(clone.get(), 10);
    llama_sampler_reset(smpl.get());
    EXPECT_EQ(Tokens(smpl.get(), 10), again) << chain;
  }
}

TEST(LlamaSampler, SharesAWorkspace) {
  const Pipeline pipeline = MakePipeline(Chains()[2], kSize);
  Workspace workspace;
  const SamplerPointer a =
      NewSampler(pipeline, {.seed = 7, .stream = 0}, &workspace);
  const SamplerPointer b =
      NewSampler(pipeline, {.seed = 7, .stream = 1}, &workspace);
  const SamplerPointer c(llama_sampler_clone(a.get()));
  const auto tokens = Tokens(NewSampler(pipeline, {.seed = 7}).get(), 20);
  EXPECT_EQ(Tokens(a.get(), 20), tokens);
  EXPECT_NE(Tokens(b.get(), 20), tokens);
  EXPECT_EQ(Tokens(c.get(), 20), tokens);
}

TEST(LlamaSampler, SaysWhyThereIsNoToken) {
  const Pipeline pipeline = MakePipeline("", 3);
  const SamplerPointer smpl = NewSampler(pipeline);
  LlamaSampler* const ours = LlamaSampler::Of(smpl.get());
  const auto status = [&](const std::vector<llama_token_data>& entries) {
    CandidateArray array(entries);
    llama_sampler_apply(smpl.get(), array.get());
    EXPECT_EQ(array->selected, -1);
    EXPECT_EQ(array->size, entries.size());
    return ours->last().status;
  };
  EXPECT_EQ(status({{0, NAN, 0}, {1, 0, 0}}), RowStatus::kNan);
  EXPECT_EQ(status({{0, INFINITY, 0}, {1, 0, 0}}), RowStatus::kInfinite);
  EXPECT_EQ(status({{0, kGoneLogit, 0}, {1, kGoneLogit, 0}}),
            RowStatus::kNoCandidate);
  EXPECT_EQ(status({}), RowStatus::kNoCandidate);
  EXPECT_EQ(status({{0, 0, 0}, {3, 0, 0}}), RowStatus::kWrongSize);
  EXPECT_EQ(status({{-1, 0, 0}}), RowStatus::kWrongSize);
  EXPECT_TRUE(ours->accept_status().ok());
  llama_sampler_accept(smpl.get(), 3);
  EXPECT_EQ(ours->accept_status().code(), absl::StatusCode::kOutOfRange);
  llama_sampler_reset(smpl.get());
  EXPECT_TRUE(ours->accept_status().ok());
  EXPECT_FALSE(NewLlamaSampler(pipeline, {.prompt = {3}}).ok());
}

TEST(LlamaSampler, PassesInputsOn) {
  const Pipeline pipeline = MakePipeline(
      R"({"type": "guidance", "scale": 2}, {"type": "greedy"})", 3);
  const SamplerPointer smpl = NewSampler(pipeline);
  EXPECT_EQ(Sample(smpl.get(), {3, 2, 1}), -1);
  LlamaSampler* const ours = LlamaSampler::Of(smpl.get());
  EXPECT_EQ(ours->last().status, RowStatus::kMissingInput);
  const std::vector<float> unconditional = {4, 0, 0};
  ours->set_inputs({.unconditional = Logits(unconditional)});
  EXPECT_EQ(Sample(smpl.get(), {3, 2, 1}), 1);
}

}  // namespace
}  // namespace sampler
