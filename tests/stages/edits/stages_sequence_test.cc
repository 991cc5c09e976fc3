// Conformance of bad_words and sequence_bias.

#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/support/pipelines.h"
#include "tests/support/test_share.h"

namespace sampler::stages_sequence_test {
namespace {

using Row = std::vector<double>;

const Row kRow = {1, 2, 3, 4};

std::string BadWords(const std::string& sequences,
                     const std::string& scope = "both") {
  return absl::StrCat(R"({"type": "bad_words", "sequences": )", sequences,
                      R"(, "scope": ")", scope, "\"}");
}

std::string SequenceBias(const std::string& entries) {
  return absl::StrCat(R"({"type": "sequence_bias", "entries": )", entries, "}");
}

std::string KeptAfter(const std::string& stages,
                      std::vector<std::int32_t> prompt,
                      const std::vector<std::int32_t>& output = {}) {
  return RunStages(kRow, stages, MakeSequence(4, std::move(prompt), output))
      .kept();
}

TEST(BadWords, BanTheTokenThatCompletesASequence) {
  const std::string stage = BadWords("[[0, 1, 2]]");
  EXPECT_EQ(KeptAfter(stage, {3}, {0, 1}), "1101");
  // Only where the match ends at the end of the history.
  EXPECT_EQ(KeptAfter(stage, {3}, {0, 1, 3}), "1111");
  EXPECT_EQ(KeptAfter(stage, {3}, {1, 1}), "1111");
  EXPECT_EQ(KeptAfter(stage, {3}, {0}), "1111");
  // Too short a history.
  EXPECT_EQ(KeptAfter(stage, {}, {1}), "1111");
  EXPECT_EQ(KeptAfter(stage, {}), "1111");
}

TEST(BadWords, OfOneTokenAreBannedAlways) {
  EXPECT_EQ(KeptAfter(BadWords("[[2]]"), {}), "1101");
  EXPECT_EQ(KeptAfter(BadWords("[[2], [0]]", "output"), {2}, {2, 0}), "0101");
}

TEST(BadWords, MayOverlap) {
  // All end in what the history ends in.
  EXPECT_EQ(
      KeptAfter(BadWords("[[1, 0], [1, 1, 0], [1, 1, 1], [2, 3]]"), {}, {1, 1}),
      "0011");
}

TEST(BadWords, MatchAcrossThePromptsEndUnlessTheScopeIsTheOutput) {
  const std::string sequences = "[[0, 1, 2], [1, 3]]";
  EXPECT_EQ(KeptAfter(BadWords(sequences), {0}, {1}), "1100");
  EXPECT_EQ(KeptAfter(BadWords(sequences, "output"), {0}, {1}), "1110");
  EXPECT_EQ(KeptAfter(BadWords(sequences), {0, 1}), "1100");
  EXPECT_EQ(KeptAfter(BadWords(sequences, "output"), {0, 1}), "1111");
}

TEST(BadWords, OfEverythingLeaveNoCandidate) {
  EXPECT_EQ(RunStages({1, 2}, BadWords("[[0], [1]]")).status,
            RowStatus::kNoCandidate);
}

TEST(SequenceBias, AddsUpOverEveryEntryThatMatches) {
  const std::string stage = SequenceBias(
      "[[[0, 1, 2], 0.5], [[1, 2], 0.25], [[2], -3], [[1, 3], 1], "
      "[[3, 3], 100], [[1, 2], 0.25]]");
  EXPECT_EQ(After(kRow, stage, {0}, {1}), (Row{1, 2, 1, 5}));
  EXPECT_EQ(After(kRow, stage, {}, {1}), (Row{1, 2, 0.5, 5}));
  EXPECT_EQ(After(kRow, stage), (Row{1, 2, 0, 4}));
}

TEST(SequenceBias, NeverRevivesWhatIsGone) {
  EXPECT_EQ(After({1, kGone, 3}, SequenceBias("[[[1], 5], [[2], false], "
                                              "[[2], 100]]")),
            (Row{1, kGone, kGone}));
}

TEST(SequenceBias, ThatOverflowsGivesAStatus) {
  EXPECT_EQ(RunStages({1e308, 1}, SequenceBias("[[[0], 1.7e308]]")).status,
            RowStatus::kInfinite);
}

TEST(SequenceBias, OfFalseIsBadWords) {
  std::mt19937_64 random(1);
  for (int round = 0; round < Share(300); ++round) {
    std::string sequences = "[", entries = "[";
    for (std::uint64_t n = random() % 5; n > 0; --n) {
      std::string ids = absl::StrCat("[", random() % 3);
      for (std::uint64_t i = random() % 3; i > 0; --i) {
        absl::StrAppend(&ids, ", ", random() % 3);
      }
      const char* comma = n > 1 ? "," : "";
      absl::StrAppend(&sequences, ids, "]", comma);
      absl::StrAppend(&entries, "[", ids, "], false]", comma);
    }
    std::vector<std::int32_t> prompt(random() % 4), output(random() % 4);
    for (auto* tokens : {&prompt, &output}) {
      for (auto& t : *tokens) t = static_cast<std::int32_t>(random() % 3);
    }
    EXPECT_EQ(After(kRow, BadWords(sequences + "]"), prompt, output),
              After(kRow, SequenceBias(entries + "]"), prompt, output));
  }
}

// Nothing is derived from the history and kept.
TEST(SequenceBias, FollowsRollbacksAndSnapshotsExactly) {
  const std::string stages =
      BadWords("[[0, 1]]") + "," + SequenceBias("[[[3, 0, 2], 7]]");
  Sequence sequence = MakeSequence(4, {3}, {0});
  const Row at_zero = RunStages(kRow, stages, sequence).logits;
  EXPECT_EQ(at_zero, (Row{1, kGone, 10, 4}));
  ASSERT_TRUE(sequence.AcceptId(2).ok());
  EXPECT_EQ(RunStages(kRow, stages, sequence).logits, kRow);
  ASSERT_TRUE(sequence.Rollback(1).ok());
  EXPECT_EQ(RunStages(kRow, stages, sequence).logits, at_zero);
  EXPECT_EQ(
      RunStages(kRow, stages, *Sequence::Restore(sequence.Snapshot())).logits,
      at_zero);
}

}  // namespace
}  // namespace sampler::stages_sequence_test
