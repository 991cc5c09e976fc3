#include "tests/tools/c_draw_doors.h"

#include <array>
#include <cstddef>
#include <limits>
#include <memory>
#include <vector>

#include "gtest/gtest.h"
#include "sampler/arithmetic/code_interval.h"
#include "sampler/c/draws.h"
#include "sampler/c/sampler.h"
#include "sampler/step.h"
#include "tests/support/stage_chains.h"
#include "tests/tools/c_door.h"

namespace sampler::tools {
namespace {

constexpr std::uint32_t kFork = 9;

sampler_row RowInC(const std::vector<float>& row) {
  return {row.data(), row.size(), SAMPLER_F32};
}

struct FreeSequence {
  void operator()(sampler_sequence* sequence) const {
    sampler_sequence_free(sequence);
  }
};
using OwnedSequence = std::unique_ptr<sampler_sequence, FreeSequence>;

OwnedSequence ForkInC(const sampler_sequence* sequence) {
  sampler_sequence* fork = nullptr;
  EXPECT_EQ(sampler_sequence_fork(sequence, kFork, &fork, nullptr), SAMPLER_OK);
  return OwnedSequence(fork);
}

void ExpectSurvivors(const Step& step, sampler_sequence* in_c,
                     const sampler_row& row) {
  sampler_survivors left = {sizeof(left), -1, -1};
  ASSERT_EQ(sampler_survivors_of(in_c, &row, &left, nullptr), SAMPLER_OK);
  EXPECT_EQ(left.count, step.Count());
  EXPECT_EQ(left.entropy, step.Entropy());
}

void ExpectAllTokens(const Step& step, sampler_sequence* in_c,
                     const sampler_row& row) {
  const absl::Span<const TokenId> tokens = step.DrawAll();
  std::array<std::int32_t, kChainVocabulary> written = {};
  std::size_t size = 0;
  ASSERT_EQ(sampler_draw_all(in_c, &row, written.data(), written.size(), &size,
                             nullptr),
            SAMPLER_OK);
  EXPECT_EQ(absl::MakeConstSpan(written.data(), size), tokens);
}

void ExpectDrawsByBits(const Step& step, sampler_sequence* in_c,
                       const sampler_row& row) {
  constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max();
  for (const std::uint64_t bits :
       {std::uint64_t{0}, kMost / 3, kMost / 2 + 1, kMost}) {
    std::int32_t token = -2;
    ASSERT_EQ(sampler_draw_bits(in_c, &row, bits, &token, nullptr), SAMPLER_OK);
    EXPECT_EQ(token, step.Draw(bits));
  }
}

// The part of [0, 1) of the token that was drawn.
void ExpectCode(const Token& token, const StepInputs& inputs,
                const sampler_sequence* in_c) {
  double low = -1;
  double high = -1;
  double next = -1;
  const bool has_code = token.interval.total != 0;
  EXPECT_EQ(sampler_code_after(in_c, &low, &high, &next, nullptr),
            has_code ? SAMPLER_OK : SAMPLER_WRONG_STATE);
  if (!has_code) return;
  EXPECT_EQ(low, token.interval.Low());
  EXPECT_EQ(high, token.interval.High());
  EXPECT_EQ(next, token.interval.Next(*inputs.uniform));
}

// A fork's token is the library's, is what the fork would sample, and teaches
// the fork's stages what it would have taught them there.
void ExpectDrawForFork(const DrawnChain& chain, const Step& step,
                       const Sequence& sequence, sampler_sequence* in_c,
                       const std::vector<float>& row,
                       const StepInputs& inputs) {
  Sequence fork = sequence.Fork(kFork);
  const OwnedSequence fork_in_c = ForkInC(in_c);
  const Token token = step.DrawFor(fork);
  const sampler_row c_row = RowInC(row);
  sampler_token drawn = {sizeof(drawn), -2, SAMPLER_ROW_OK, 0};
  const sampler_status status =
      sampler_draw_for_fork(in_c, &c_row, fork_in_c.get(), &drawn, nullptr);
  if (token.status == RowStatus::kWrongStep) {
    EXPECT_EQ(status, SAMPLER_WRONG_STATE);
    return;
  }
  ASSERT_EQ(status, SAMPLER_OK);
  EXPECT_EQ(drawn.id, token.id);
  EXPECT_EQ(drawn.bits, token.bits);
  EXPECT_EQ(static_cast<int>(drawn.row_status), static_cast<int>(token.status));
  Workspace workspace;
  const Token sampled = chain.pipeline.Sample(row, fork, workspace, inputs);
  EXPECT_EQ(sampled.id, token.id);
  if (token.id < 0) return;
  EXPECT_TRUE(fork.Accept(sampled).ok());
  EXPECT_EQ(sampler_accept(fork_in_c.get(), drawn.id, nullptr), SAMPLER_OK);
  EXPECT_EQ(CSnapshot(fork_in_c.get()), fork.Snapshot());
}

// Of a step that drew no token nothing is told.
void ExpectNoDraws(const Step& step, sampler_sequence* in_c,
                   const sampler_row& row) {
  EXPECT_TRUE(step.DrawAll().empty());
  sampler_survivors left = {sizeof(left), -1, -1};
  EXPECT_EQ(sampler_survivors_of(in_c, &row, &left, nullptr),
            SAMPLER_INVALID_ARGUMENT);
  std::int32_t token = -2;
  std::size_t size = 99;
  EXPECT_EQ(sampler_draw_all(in_c, &row, &token, 1, &size, nullptr),
            SAMPLER_INVALID_ARGUMENT);
  EXPECT_EQ(sampler_draw_bits(in_c, &row, 7, &token, nullptr),
            SAMPLER_INVALID_ARGUMENT);
  const OwnedSequence fork = ForkInC(in_c);
  sampler_token drawn = {sizeof(drawn), -2, SAMPLER_ROW_OK, 0};
  EXPECT_EQ(sampler_draw_for_fork(in_c, &row, fork.get(), &drawn, nullptr),
            SAMPLER_INVALID_ARGUMENT);
  EXPECT_EQ(sampler_code_after(in_c, nullptr, nullptr, nullptr, nullptr),
            SAMPLER_WRONG_STATE);
  EXPECT_EQ(token, -2);
  EXPECT_EQ(drawn.id, -2);
}

}  // namespace

void ExpectDrawsInC(const DrawnChain& chain, const StepInputs& inputs) {
  CDoor door(chain.config, chain.seed, chain.log.prompt);
  sampler_sequence* const in_c = door.sequence();
  Workspace workspace;
  auto sequence = chain.pipeline.NewSequence(
      {.seed = chain.seed, .prompt = chain.log.prompt});
  ASSERT_TRUE(sequence.ok()) << sequence.status();
  for (const std::vector<float>& row : chain.log.rows) {
    const Step step = chain.pipeline.Process(row, *sequence, workspace, inputs);
    const Token token = step.Draw();
    EXPECT_EQ(door.Sample(row, inputs).id, token.id);
    const sampler_row c_row = RowInC(row);
    if (token.status != RowStatus::kOk) {
      ExpectNoDraws(step, in_c, c_row);
      continue;
    }
    ExpectSurvivors(step, in_c, c_row);
    ExpectAllTokens(step, in_c, c_row);
    ExpectDrawsByBits(step, in_c, c_row);
    ExpectCode(token, inputs, in_c);
    ExpectDrawForFork(chain, step, *sequence, in_c, row, inputs);
    EXPECT_TRUE(sequence->Accept(token).ok());
    door.Accept(token.id);
    EXPECT_EQ(CSnapshot(in_c), sequence->Snapshot());
  }
}

}  // namespace sampler::tools
