// The parity mode as a user meets it: pipelines, sequences.

#include "sampler/parity/llama_cpp.h"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "sampler/parity/llama_cpp_process.h"
#include "sampler/pipeline.h"
#include "tests/parity/chains.h"

namespace sampler::llama_cpp_test {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

std::vector<double> State(const Sequence& s) {
  return {s.state().begin(), s.state().end()};
}

TEST(LlamaCpp, StepsAreFunctionsOfRowHistorySeedAndState) {
  std::mt19937_64 random(11);
  for (const std::string& chain : Chains()) {
    const Pipeline pipeline = MakePipeline(chain);
    Sequence sequence =
        pipeline.NewSequence({.seed = 7, .prompt = {1, 2, 3, 1, 2}}).value();
    Workspace workspace;
    std::vector<std::vector<float>> rows;
    std::vector<Token> tokens;
    std::vector<std::vector<double>> states;
    for (int step = 0; step < 60; ++step) {
      rows.push_back(RandomChainRow(random));
      const Token token = pipeline.Sample(rows.back(), sequence, workspace);
      ASSERT_EQ(token.status, RowStatus::kOk) << chain;
      tokens.push_back(token);
      states.push_back(State(sequence));
      // Again, on engines made anew: the same token, nothing moved.
      Workspace fresh;
      const Token again = pipeline.Sample(rows.back(), sequence, fresh);
      ASSERT_EQ(again.id, token.id) << chain;
      ASSERT_EQ(again.bits, token.bits);
      ASSERT_EQ(again.state.values, token.state.values);
      ASSERT_EQ(State(sequence), states.back());
      // Sometimes another token is accepted.
      const std::int32_t next =
          random() % 3 == 0 ? static_cast<std::int32_t>(random() % kSize)
                            : token.id;
      ASSERT_TRUE(sequence.Accept(token, next).ok());
      // Through a snapshot.
      if (step == 30) {
        sequence = Sequence::Restore(sequence.Snapshot()).value();
      }
    }
    // Rolled back, the rest is drawn as before.
    const Sequence end = sequence;
    ASSERT_TRUE(sequence.Rollback(45).ok());
    for (std::size_t step = 15; step < 60; ++step) {
      ASSERT_EQ(State(sequence), states[step]) << chain << step;
      const Token token = pipeline.Sample(rows[step], sequence, workspace);
      ASSERT_EQ(token.id, tokens[step].id) << chain << step;
      ASSERT_TRUE(sequence.Accept(token, end.history().output()[step]).ok());
    }
    EXPECT_EQ(sequence, end);
  }
}

TEST(LlamaCpp, CountsTheWordsOfEachEngine) {
  const Pipeline pipeline = MakePipeline(Chains()[2]);
  Sequence sequence = pipeline.NewSequence({.seed = 0}).value();
  Workspace workspace;
  std::vector<float> row(kSize, 0.0F);
  const Token many = pipeline.Sample(row, sequence, workspace);
  ASSERT_EQ(many.state.values.size(), 2u);
  EXPECT_EQ(many.state.values[0], 1);  // xtc
  EXPECT_EQ(many.state.values[1], 2);  // dist
  ASSERT_TRUE(sequence.Accept(many).ok());
  row[5] = 100.0F;  // One candidate after min_p: xtc takes no word.
  const Token one = pipeline.Sample(row, sequence, workspace);
  EXPECT_EQ(one.id, 5);
  EXPECT_EQ(one.state.values[0], 1);
  EXPECT_EQ(one.state.values[1], 4);
}

// Engines and mu move whichever token is accepted; adaptive_p learns only of
// the one it drew.
TEST(LlamaCpp, AdaptivePLearnsOnlyOfTheTokenItDrew) {
  const Pipeline pipeline = MakePipeline(
      R"({"type": "adaptive_p", "target": 0.5, "decay": 0.5},
         {"type": "categorical"})");
  std::vector<float> row(kSize, -kInfinity);
  row[1] = 1.0F;
  row[2] = 1.0F;
  row[3] = 3.0F;
  Workspace workspace;
  const Sequence start = pipeline.NewSequence({.seed = 5}).value();
  const Token first = pipeline.Sample(row, start, workspace);
  Sequence same = start;
  ASSERT_TRUE(same.Accept(first).ok());
  Sequence other = start;
  ASSERT_TRUE(other.Accept(first, first.id == 1 ? 2 : 1).ok());
  EXPECT_EQ(State(same), State(other));
  const auto averages = [&](const Sequence& sequence) {
    const Token next = pipeline.Sample(row, sequence, workspace);
    return std::pair(next.state.values[1], next.state.values[2]);
  };
  EXPECT_EQ(averages(other), std::pair(1.0, 2.0));
  const double p = first.id == 3 ? 0.786986 : 0.106507;
  EXPECT_NEAR(averages(same).first, p + 0.5, 1e-5);
  EXPECT_EQ(averages(same).second, 2.0);
}

TEST(LlamaCpp, SeedsItsEnginesWithSeedPlusStream) {
  const Pipeline pipeline = MakePipeline(R"({"type": "categorical"})");
  std::mt19937_64 random(12);
  const std::vector<float> row = RandomChainRow(random);
  Workspace workspace;
  for (std::uint64_t seed : {0ull, 41ull, 4294967290ull}) {
    const auto bits = [&](std::uint64_t s, std::uint32_t stream) {
      return pipeline
          .Sample(row,
                  pipeline.NewSequence({.seed = s, .stream = stream}).value(),
                  workspace)
          .bits;
    };
    EXPECT_EQ(bits(seed, 3), bits((seed + 3) % (1ull << 32), 0));
    EXPECT_NE(bits(seed, 3), bits(seed, 0));
  }
}

// The penalties of llama.cpp: one sampler, float32.
TEST(LlamaCpp, JoinsPenaltiesThatStandTogether) {
  const std::string draw = R"({"type": "greedy"})";
  std::vector<float> row(kSize, 0.0F);
  row[1] = 3.3F;
  row[2] = -3.3F;
  const auto logits = [&](const std::string& stages) {
    const Pipeline pipeline = MakePipeline(stages + draw);
    const Sequence sequence =
        pipeline.NewSequence({.seed = 0, .prompt = {1, 1, 2, 1}}).value();
    Workspace workspace;
    const Distribution left = pipeline.Process(row, sequence, workspace);
    std::vector<double> found(3);
    left.ForEach([&](TokenId id, double logit) {
      if (id < 3) found[static_cast<std::size_t>(id)] = logit;
    });
    return found;
  };
  const float positive = 3.3F / 1.2F - (3.0F * 0.3F + 0.5F);
  const float negative = -3.3F * 1.2F - (1.0F * 0.3F + 0.5F);
  EXPECT_EQ(logits(kPenalties),
            (std::vector<double>{0, double{positive}, double{negative}}));
  // Neutral ones are none, whatever their window.
  EXPECT_EQ(
      logits(R"({"type": "repetition_penalty", "penalty": 1},
                      {"type": "frequency_penalty", "penalty": 0.3,
                       "scope": "both", "window": 2},)"),
      (std::vector<double>{0, double{3.3F - 0.3F}, double{-3.3F - 0.3F}}));
  // In another order they are two samplers: subtracted first, then divided.
  const float apart = (3.3F - 3.0F * 0.3F) / 1.2F;
  EXPECT_EQ(logits(R"({"type": "frequency_penalty", "penalty": 0.3,
                       "scope": "both"},
                      {"type": "repetition_penalty", "penalty": 1.2},)")[1],
            double{apart});
}

TEST(LlamaCpp, GivesBadRowsAStatus) {
  std::mt19937_64 random(13);
  for (const std::string& chain : Chains()) {
    const Pipeline pipeline = MakePipeline(chain);
    const Sequence sequence = pipeline.NewSequence({.seed = 0}).value();
    Workspace workspace;
    const auto status = [&](const std::vector<float>& row) {
      const Token token = pipeline.Sample(row, sequence, workspace);
      EXPECT_EQ(token.id == -1, token.status != RowStatus::kOk);
      return token.status;
    };
    std::vector<float> row = RandomChainRow(random);
    row[9] = kInfinity;
    EXPECT_EQ(status(row), RowStatus::kInfinite);
    row[8] = std::numeric_limits<float>::quiet_NaN();
    EXPECT_EQ(status(row), RowStatus::kNan);
    EXPECT_EQ(status(std::vector<float>(kSize, -kInfinity)),
              RowStatus::kNoCandidate);
    EXPECT_EQ(status(std::vector<float>(10)), RowStatus::kWrongSize);
    EXPECT_EQ(status(RandomChainRow(random)), RowStatus::kOk);
  }
  // As does what leaves the floats on the way.
  const Pipeline hot = MakePipeline(
      R"({"type": "temperature", "temperature": 1e-38},
         {"type": "categorical"})");
  Workspace workspace;
  EXPECT_EQ(hot.Sample(std::vector<float>(kSize, 9.0F),
                       hot.NewSequence({.seed = 0}).value(), workspace)
                .status,
            RowStatus::kInfinite);
  // A double too large for a float is infinite to llama.cpp.
  EXPECT_EQ(hot.Sample(std::vector<double>(kSize, 1e300),
                       hot.NewSequence({.seed = 0}).value(), workspace)
                .status,
            RowStatus::kInfinite);
}

TEST(LlamaCpp, RefusesTheStateOfAnotherChain) {
  const Pipeline mirostat = MakePipeline(Chains()[4]);
  const Pipeline plain = MakePipeline(R"({"type": "categorical"})");
  std::mt19937_64 random(14);
  const std::vector<float> row = RandomChainRow(random);
  Workspace workspace;
  Sequence sequence = mirostat.NewSequence({.seed = 0}).value();
  ASSERT_TRUE(sequence.Accept(mirostat.Sample(row, sequence, workspace)).ok());
  EXPECT_EQ(plain.Sample(row, sequence, workspace).status,
            RowStatus::kWrongState);
}

}  // namespace
}  // namespace sampler::llama_cpp_test
