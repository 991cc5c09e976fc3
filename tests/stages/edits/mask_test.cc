// TokenMask, and the mask stage.

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/support/pipelines.h"
#include "tests/support/test_share.h"

namespace sampler {
namespace {

using Words = std::vector<std::uint32_t>;

Outcome RunMask(const std::vector<double>& row, const Words& words,
                const std::string& stages) {
  const auto size = static_cast<std::int64_t>(row.size());
  const Pipeline pipeline = MakePipeline(stages, size);
  Workspace workspace;
  const Distribution d = pipeline.Process(
      absl::Span<const double>(row), MakeSequence(size), workspace,
      {.mask = TokenMask(absl::MakeConstSpan(words))});
  Outcome outcome{d.status(), std::vector<double>(row.size(), kGone)};
  if (d.status() != RowStatus::kOk) return outcome;
  d.ForEach([&](TokenId id, double logit) {
    outcome.logits[static_cast<std::size_t>(id)] = logit;
  });
  return outcome;
}

const char kBan[] = R"({"type": "mask"})";
const char kAllow[] = R"({"type": "mask", "padding": "allow"})";

TEST(TokenMask, ReadsBitsFromTheLeastSignificantOn) {
  const Words words = {0x80000005u, 0x2u};
  const TokenMask mask{absl::MakeConstSpan(words)};
  EXPECT_EQ(mask.size(), 64u);
  std::vector<std::size_t> allowed;
  for (std::size_t id = 0; id < 64; ++id) {
    if (mask.Allows(id)) allowed.push_back(id);
  }
  EXPECT_EQ(allowed, (std::vector<std::size_t>{0, 2, 31, 33}));
  const std::vector<std::int32_t> as_signed = {
      static_cast<std::int32_t>(0x80000005u), 2};
  const TokenMask same{absl::MakeConstSpan(as_signed)};
  for (std::size_t id = 0; id < 64; ++id) {
    EXPECT_EQ(same.Allows(id), mask.Allows(id));
  }
}

TEST(TokenMask, CountsWhatItAllowsOfAVocabulary) {
  std::mt19937_64 random(1);
  for (int round = 0; round < Share(300); ++round) {
    Words words(random() % 6);
    for (auto& w : words) w = static_cast<std::uint32_t>(random());
    const TokenMask mask{absl::MakeConstSpan(words)};
    for (const std::size_t size :
         {0u, 1u, 31u, 32u, 33u, 64u, 95u, 96u, 200u}) {
      std::size_t count = 0;
      for (std::size_t id = 0; id < std::min(size, mask.size()); ++id) {
        count += mask.Allows(id) ? 1 : 0;
      }
      EXPECT_EQ(mask.CountAllowed(size), count) << size;
    }
  }
}

TEST(Mask, DoesNothingWithoutAMaskOrWithOneThatAllowsAll) {
  const std::vector<double> row = {1, -0.0, kGone, 4};
  EXPECT_EQ(RunStages(row, kBan).logits, row);
  EXPECT_EQ(RunMask(row, {~0u}, kBan).logits, row);
  EXPECT_EQ(RunMask(row, {0xFu}, kBan).logits, row);  // Spare bits are spare.
  EXPECT_EQ(RunMask(row, {}, kAllow).logits, row);
}

TEST(Mask, ThatAllowsNothingLeavesNoCandidate) {
  EXPECT_EQ(RunMask({1, 2}, {0}, kBan).status, RowStatus::kNoCandidate);
  EXPECT_EQ(RunMask({1, 2}, {}, kBan).status, RowStatus::kNoCandidate);
  EXPECT_EQ(RunMask({1, 2}, {~3u}, kBan).status, RowStatus::kNoCandidate);
  EXPECT_EQ(RunMask({1, kGone}, {2}, kAllow).status, RowStatus::kNoCandidate);
  EXPECT_EQ(RunMask(std::vector<double>(1000, 1.0), Words(40, 0), kBan).status,
            RowStatus::kNoCandidate);
}

// At every size modulo the word, for masks that are shorter, exact and longer
// (a padded vocabulary), of few tokens and of many.
TEST(Mask, KeepsTheTokensWithABit) {
  std::mt19937_64 random(2);
  for (const std::size_t size :
       {1u, 31u, 32u, 33u, 63u, 64u, 65u, 95u, 1024u, 1055u, 1057u}) {
    std::vector<double> row(size);
    for (double& v : row) v = static_cast<double>(random() % 100) / 8.0;
    for (int round = 0; round < Share(100); ++round) {
      const std::size_t exact = (size + 31) / 32;
      Words words(round % 3 == 0   ? random() % (exact + 1)
                  : round % 3 == 1 ? exact
                                   : exact + 1 + random() % 3);
      const bool few = round % 2 == 0;
      for (auto& w : words) {
        w = few ? 1u << (random() % 32) : static_cast<std::uint32_t>(random());
        if (few && random() % 3 != 0) w = 0;
      }
      for (const bool allow : {false, true}) {
        std::string kept;
        for (std::size_t id = 0; id < size; ++id) {
          const bool stays = id / 32 < words.size()
                                 ? (words[id / 32] >> (id % 32) & 1u) == 1
                                 : allow;
          kept += stays ? '1' : '0';
        }
        EXPECT_EQ(RunMask(row, words, allow ? kAllow : kBan).kept(), kept);
      }
    }
  }
}

// Arithmetic after a mask un-masks in runtimes that write a large finite
// number: no later edit may.
TEST(Mask, IsFinal) {
  const std::string stages = absl::StrCat(
      kBan, R"(, {"type": "logit_bias", "bias": {"1": 1000, "0": 1}},
               {"type": "temperature", "temperature": 0.5},
               {"type": "repetition_penalty", "penalty": 0.1})");
  EXPECT_EQ(RunMask({1, 2, 3}, {0b101}, stages).logits,
            (std::vector<double>{4, kGone, 6}));
}

TEST(Mask, CommutesWithTheOtherEdits) {
  const std::vector<double> row = {1, 2, 3, 4, 5};
  for (const std::string edit :
       {R"({"type": "logit_bias", "bias": {"1": 1.5, "2": false}})",
        R"({"type": "suppress_tokens", "ids": [0, 4]})",
        R"({"type": "temperature", "temperature": 0.7})"}) {
    EXPECT_EQ(RunMask(row, {0b01110}, absl::StrCat(kBan, ",", edit)).logits,
              RunMask(row, {0b01110}, absl::StrCat(edit, ",", kBan)).logits);
  }
}

TEST(Mask, IsNeverDrawnAgainst) {
  std::mt19937_64 random(3);
  for (const std::string draw :
       {R"({"type": "greedy"})", R"({"type": "categorical"})",
        R"({"type": "categorical", "order": "rank"})"}) {
    const Pipeline pipeline = MakePipeline(absl::StrCat(kBan, ",", draw), 70);
    Workspace workspace;
    for (int round = 0; round < Share(500); ++round) {
      std::vector<double> row(70);
      for (double& v : row) v = static_cast<double>(random() % 10);
      Words words = {static_cast<std::uint32_t>(random() & random()), 0, 1};
      const TokenMask mask{absl::MakeConstSpan(words)};
      const Token token = pipeline.Sample(absl::Span<const double>(row),
                                          MakeSequence(70, {}, {}, random()),
                                          workspace, {.mask = mask});
      ASSERT_EQ(token.status, RowStatus::kOk);
      EXPECT_TRUE(mask.Allows(static_cast<std::size_t>(token.id)));
    }
  }
}

// A step with a mask after one without must equal one with the mask: nothing of
// the first (a number used up, a state) may remain.
TEST(Mask, OnARetryEqualsMaskingFromTheStart) {
  const std::vector<double> row = {1, 2, 3, 4, 5, 6, 7, 8};
  const Words words = {0b00110110};
  const StepInputs masked = {.mask = TokenMask(absl::MakeConstSpan(words))};
  const Pipeline pipeline = MakePipeline(kBan, 8);
  Workspace tried, fresh;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    const Sequence sequence = MakeSequence(8, {}, {}, seed);
    const absl::Span<const double> logits(row);
    pipeline.Sample(logits, sequence, tried);
    EXPECT_EQ(pipeline.Sample(logits, sequence, tried, masked).id,
              pipeline.Sample(logits, sequence, fresh, masked).id);
  }
}

// A workspace that expects to be asked for masses sums up a row while it scans
// it, before the mask: those sums are not of what the mask leaves.
TEST(Mask, HoldsInAWorkspaceThatSumsRowsUpAsTheyCome) {
  constexpr std::int64_t kSize = 5000;
  std::mt19937_64 random(4);
  std::normal_distribution<float> normal(0.0f, 2.0f);
  for (const std::string shape : {"", R"({"type": "top_p", "p": 0.9},)"}) {
    const Pipeline pipeline = MakePipeline(
        absl::StrCat(kBan, ",", shape, R"({"type": "categorical"})"), kSize);
    Workspace used;
    for (int step = 0; step < Share(200); ++step) {
      std::vector<float> row(kSize);
      for (float& v : row) v = normal(random);
      Words words(kSize / 32 + 1);
      for (auto& w : words) w = static_cast<std::uint32_t>(random());
      const StepInputs masked = {.mask = TokenMask(absl::MakeConstSpan(words))};
      const absl::Span<const float> logits(row);
      const Sequence sequence = MakeSequence(kSize, {}, {}, random());
      Workspace fresh;
      ASSERT_EQ(pipeline.Sample(logits, sequence, used, masked).id,
                pipeline.Sample(logits, sequence, fresh, masked).id);
    }
  }
}

}  // namespace
}  // namespace sampler
