// States of the parity mode at their limits: what no run of the chain leaves is
// refused, and no order of candidates outlives an edit.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "sampler/config.h"
#include "tests/parity/chains.h"

namespace sampler {
namespace {

// mu stays a number, however fast it learns.
TEST(LlamaCppLimits, AStateStaysFinite) {
  for (const char* version : {"1", "2"}) {
    const Pipeline pipeline =
        MakePipeline(absl::StrCat(R"({"type": "mirostat", "tau": 1e38, "eta": 3,
                         "version": )",
                                  version, R"(}, {"type": "categorical"})"));
    Sequence sequence = pipeline.NewSequence({.seed = 1}).value();
    Workspace workspace;
    std::vector<float> row(kSize, 1.0F);
    for (int step = 0; step < 20; ++step) {
      const Token token = pipeline.Sample(row, sequence, workspace);
      ASSERT_EQ(token.status, RowStatus::kOk);
      ASSERT_TRUE(sequence.Accept(token).ok());
      const auto restored = Sequence::Restore(sequence.Snapshot());
      ASSERT_TRUE(restored.ok()) << restored.status();
      ASSERT_EQ(*restored, sequence);
    }
  }
}

TEST(LlamaCppLimits, RefusesStatesThatNoRunLeaves) {
  std::vector<float> row(kSize, 1.0F);
  for (const std::string& chain : Chains()) {
    const Pipeline pipeline = MakePipeline(chain);
    if (!pipeline.has_state()) continue;
    Sequence sequence = pipeline.NewSequence({.seed = 7}).value();
    Workspace workspace;
    for (int step = 0; step < 3; ++step) {
      const Token token = pipeline.Sample(row, sequence, workspace);
      ASSERT_TRUE(sequence.Accept(token).ok());
    }
    EXPECT_EQ(pipeline.RestoreSequence(sequence.Snapshot()).value(), sequence);
    const std::vector<double> good(sequence.state().begin(),
                                   sequence.state().end());
    const auto status_of = [&](const std::vector<double>& numbers) {
      Sequence other = sequence;
      EXPECT_TRUE(other.Rollback(1).ok());
      Token token = {.id = 1, .status = RowStatus::kOk};
      token.state.values.assign(numbers.begin(), numbers.end());
      token.state.owner = sequence.state_owner();
      EXPECT_TRUE(other.Accept(token).ok());
      const RowStatus status = pipeline.Sample(row, other, workspace).status;
      EXPECT_EQ(pipeline.RestoreSequence(other.Snapshot()).ok(),
                status == RowStatus::kOk)
          << pipeline.RestoreSequence(other.Snapshot()).status();
      return status;
    };
    EXPECT_EQ(status_of(good), RowStatus::kOk) << chain;
    for (std::size_t i = 0; i < good.size(); ++i) {
      int refused = 0;
      for (const double wrong : {1e19, 1e10, -5.0, 7.0, 0.5, 1e300, -1e300}) {
        std::vector<double> numbers = good;
        numbers[i] = wrong;
        refused += status_of(numbers) == RowStatus::kWrongState ? 1 : 0;
      }
      // A surprise may be any float32, the others are bounded.
      EXPECT_GE(refused, 2) << chain << i;
    }
  }
  // Two words a token at most.
  const Pipeline plain = MakePipeline(R"({"type": "categorical"})");
  Sequence sequence = plain.NewSequence({.seed = 7}).value();
  Workspace workspace;
  ASSERT_TRUE(sequence.Accept(plain.Sample(row, sequence, workspace)).ok());
  std::string snapshot = sequence.Snapshot();
  const std::size_t at = snapshot.find("[[2.0]]");
  ASSERT_NE(at, std::string::npos);
  for (const char* wrong : {"1e19", "-5", "1e10", "3", "1.5", "4"}) {
    std::string text = snapshot;
    text.replace(at, 7, absl::StrCat("[[", wrong, "]]"));
    const auto restored = plain.RestoreSequence(text);
    ASSERT_FALSE(restored.ok()) << wrong;
    EXPECT_TRUE(
        absl::StrContains(restored.status().message(),
                          "/stages/0: words that its engine has given: got "))
        << restored.status();
    const auto unchecked = Sequence::Restore(text);
    ASSERT_TRUE(unchecked.ok()) << unchecked.status();
    EXPECT_EQ(plain.Sample(row, *unchecked, workspace).status,
              RowStatus::kWrongState);
  }
}

// An edit behind a stage that sorts leaves no order behind.
TEST(LlamaCppLimits, DrawsNoBannedTokenWhateverWasSortedBefore) {
  const std::vector<std::string> sorting = {
      R"({"type": "top_k", "k": 3})",
      R"({"type": "top_p", "p": 0.999})",
      R"({"type": "dynamic_temperature", "low": 0.5, "high": 1.5,
          "count": "all"})",
      R"({"type": "top_k", "k": 3}, {"type": "temperature",
          "temperature": 0.5})",
      R"({"type": "top_k", "k": 3}, {"type": "top_n_sigma", "n": 9})",
      R"({"type": "xtc", "probability": 1, "threshold": 0.5, "fire": "le"})"};
  const std::vector<std::string> draws = {
      R"({"type": "categorical", "order": "rank"})",
      R"({"type": "greedy"})",
      R"({"type": "temperature", "temperature": 0}, {"type": "categorical"})",
      R"({"type": "mirostat"}, {"type": "categorical"})",
      R"({"type": "mirostat", "version": 1}, {"type": "categorical"})",
      R"({"type": "adaptive_p", "target": 0.3}, {"type": "categorical"})",
      R"({"type": "top_p", "p": 0.5}, {"type": "categorical"})",
      R"({"type": "min_p", "p": 0.5}, {"type": "categorical"})",
      R"({"type": "top_k", "k": 1}, {"type": "categorical"})",
      R"({"type": "typical_p", "p": 0.5, "equality": "continue"},
         {"type": "categorical"})",
      R"({"type": "xtc", "probability": 1, "threshold": 0.1, "fire": "le"},
         {"type": "categorical"})"};
  const std::vector<std::string> edits = {
      R"({"type": "logit_bias", "bias": {"0": false, "2": false}})",
      R"({"type": "suppress_tokens", "ids": [0, 2]})"};
  for (const std::string& sort : sorting) {
    for (const std::string& edit : edits) {
      for (const std::string& draw : draws) {
        const std::string stages = absl::StrCat(sort, ", ", edit, ", ", draw);
        SCOPED_TRACE(stages);
        const auto config = ParseConfig(
            R"({"version": 1, "rng": "llama_cpp", "stages": [)" + stages + "]}",
            3);
        ASSERT_TRUE(config.ok()) << config.status();
        const Pipeline pipeline = Pipeline::Create(*config, 3).value();
        Workspace workspace;
        const std::vector<float> row = {5, 4, 3};
        for (std::uint64_t seed = 0; seed < 20; ++seed) {
          const Token token = pipeline.Sample(
              row, pipeline.NewSequence({.seed = seed}).value(), workspace);
          ASSERT_EQ(token.status, RowStatus::kOk);
          ASSERT_EQ(token.id, 1);
        }
      }
    }
  }
}

TEST(LlamaCppLimits, TheLikeliestTokenIsTheOneAfterTheEdit) {
  for (const char* bias : {R"({"1": 5})", R"({"0": -5, "2": -5})"}) {
    const auto config = ParseConfig(
        absl::StrCat(R"({"version": 1, "rng": "llama_cpp", "stages": [
            {"type": "top_k", "k": 3}, {"type": "logit_bias", "bias": )",
                     bias, R"(},
            {"type": "temperature", "temperature": 0},
            {"type": "categorical"}]})"),
        3);
    const Pipeline pipeline = Pipeline::Create(*config, 3).value();
    Workspace workspace;
    EXPECT_EQ(pipeline
                  .Sample(std::vector<float>{5, 4, 3},
                          pipeline.NewSequence({.seed = 1}).value(), workspace)
                  .id,
              1);
  }
}

TEST(LlamaCppLimits, ARowWithoutAnythingLeftIsAStatus) {
  const auto config = ParseConfig(
      R"({"version": 1, "rng": "llama_cpp", "stages": [
          {"type": "top_k", "k": 2},
          {"type": "suppress_tokens", "ids": [0, 1]},
          {"type": "categorical"}]})",
      3);
  const Pipeline pipeline = Pipeline::Create(*config, 3).value();
  Workspace workspace;
  const Token token =
      pipeline.Sample(std::vector<float>{5, 4, 3},
                      pipeline.NewSequence({.seed = 1}).value(), workspace);
  EXPECT_EQ(token.status, RowStatus::kNoCandidate);
  EXPECT_EQ(token.id, -1);
}

}  // namespace
}  // namespace sampler
