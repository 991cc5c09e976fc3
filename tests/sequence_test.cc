#include "sampler/sequence.h"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "sampler/random/random.h"
#include "tests/support/pipelines.h"
#include "tests/support/test_share.h"

namespace sampler::sequence_test {
namespace {

using Tokens = std::vector<std::int32_t>;

constexpr std::int64_t kSize = 50;

Tokens Output(const Sequence& s) {
  return {s.history().output().begin(), s.history().output().end()};
}

TEST(Sequence, StartsEmptyWithWhatItWasGiven) {
  const Sequence s =
      Sequence::Create(
          kSize, {.seed = ~std::uint64_t{0}, .stream = 7, .prompt = {1, 2}})
          .value();
  EXPECT_EQ(s.position(), 0);
  EXPECT_EQ(s.vocabulary_size(), kSize);
  EXPECT_EQ(s.seed(), ~std::uint64_t{0});
  EXPECT_EQ(s.stream(), 7u);
  EXPECT_EQ(s.clock(), 0);
  EXPECT_EQ(s.history().prompt().size(), 2u);
}

TEST(Sequence, ForksWithRandomNumbersOfItsOwn) {
  Sequence s = Sequence::Create(kSize, {.seed = 3, .prompt = {1}}).value();
  ASSERT_TRUE(s.AcceptId(4).ok());
  const Sequence fork = s.Fork(9);
  EXPECT_EQ(fork.stream(), 9u);
  EXPECT_EQ(fork.seed(), s.seed());
  EXPECT_EQ(Output(fork), Output(s));
  EXPECT_NE(fork.coins().Bits(Purpose::kTokenDraw),
            s.coins().Bits(Purpose::kTokenDraw));
  const Sequence copy = s;
  EXPECT_EQ(copy.coins().Bits(Purpose::kTokenDraw),
            s.coins().Bits(Purpose::kTokenDraw));
}

TEST(Sequence, RefusesBadSizesAndPrompts) {
  const auto message = [](std::int64_t size, Tokens prompt) {
    const absl::StatusOr<Sequence> s =
        Sequence::Create(size, {.prompt = std::move(prompt)});
    EXPECT_EQ(s.status().code(), absl::StatusCode::kInvalidArgument);
    return std::string(s.status().message());
  };
  EXPECT_EQ(message(0, {}),
            "vocabulary size: got 0, want an integer in [1, 1048576]");
  EXPECT_EQ(message(-1, {}),
            "vocabulary size: got -1, want an integer in [1, 1048576]");
  EXPECT_EQ(message((1 << 20) + 1, {}),
            "vocabulary size: got 1048577, want an integer in [1, 1048576]");
  EXPECT_EQ(message(5, {0, 5}),
            "prompt token 1: got 5, want a token id in [0, 5)");
  EXPECT_EQ(message(5, {-1}),
            "prompt token 0: got -1, want a token id in [0, 5)");
  EXPECT_TRUE(Sequence::Create(1, {.prompt = {0}}).ok());
  EXPECT_TRUE(Sequence::Create(1 << 20, {}).ok());
}

TEST(Sequence, RefusesBadTokensAndRollbacksUnchanged) {
  Sequence s = MakeSequence(kSize, {1}, {2, 3});
  const Sequence before = s;
  for (const std::int32_t token :
       {-1, static_cast<int>(kSize), std::numeric_limits<std::int32_t>::min(),
        std::numeric_limits<std::int32_t>::max()}) {
    EXPECT_EQ(s.AcceptId(token).code(), absl::StatusCode::kOutOfRange);
  }
  for (const std::int64_t n : {std::int64_t{-1}, std::int64_t{3},
                               std::numeric_limits<std::int64_t>::min(),
                               std::numeric_limits<std::int64_t>::max()}) {
    EXPECT_EQ(s.Rollback(n).code(), absl::StatusCode::kOutOfRange);
  }
  EXPECT_TRUE(s == before);
  EXPECT_EQ(s.Rollback(3).message(),
            "tokens to roll back: got 3, want an integer in [0, 2]");
  EXPECT_TRUE(s.Rollback(0).ok());
  EXPECT_TRUE(s == before);
}

TEST(Sequence, AfterARollbackEqualsOneThatNeverAccepted) {
  std::mt19937_64 random(1);
  const Pipeline pipeline = MakePipeline(
      R"({"type": "repetition_penalty", "penalty": 1.3, "window": 7},
         {"type": "frequency_penalty", "penalty": 0.3},
         {"type": "presence_penalty", "penalty": 0.2, "scope": "both"},
         {"type": "temperature", "schedule": {"from": 2, "to": 0.5,
                                              "steps": 10}},
         {"type": "top_p", "p": 0.9})",
      kSize);
  Workspace workspace;
  std::vector<float> row(kSize);
  for (int trace = 0; trace < Share(300); ++trace) {
    Tokens prompt(random() % 10);
    for (auto& t : prompt) t = static_cast<std::int32_t>(random() % kSize);
    const std::uint64_t seed = random();
    const auto stream = static_cast<std::uint32_t>(random());
    Sequence s = Sequence::Create(
                     kSize, {.seed = seed, .stream = stream, .prompt = prompt})
                     .value();
    Tokens straight;
    for (int step = 0; step < 15; ++step) {
      const std::uint64_t action = random() % 4;
      if (action == 0) {
        const std::size_t n = random() % (straight.size() + 1);
        ASSERT_TRUE(s.Rollback(static_cast<std::int64_t>(n)).ok());
        straight.resize(straight.size() - n);
      } else if (action == 1) {  // On a copy, or through a snapshot.
        Sequence other = s;
        ASSERT_TRUE(other.AcceptId(0).ok());
        ASSERT_FALSE(other == s);
        ASSERT_TRUE(other.Rollback(1).ok());
        ASSERT_TRUE(other == s);
        const absl::StatusOr<Sequence> restored =
            Sequence::Restore(s.Snapshot());
        ASSERT_TRUE(restored.ok()) << restored.status();
        s = *restored;
      } else {
        for (float& v : row) v = static_cast<float>(random() % 64) / 8.0f;
        // Sampling accepts nothing and may be repeated.
        const Sequence fresh =
            MakeSequence(kSize, prompt, straight, seed, stream);
        const Token token =
            pipeline.Sample(absl::Span<const float>(row), s, workspace);
        const Token again =
            pipeline.Sample(absl::Span<const float>(row), fresh, workspace);
        ASSERT_EQ(token.status, RowStatus::kOk);
        ASSERT_EQ(token.id, again.id);
        ASSERT_EQ(token.bits, again.bits);
        ASSERT_TRUE(s == fresh);
        ASSERT_TRUE(s.AcceptId(token.id).ok());
        straight.push_back(token.id);
      }
      const Sequence fresh =
          MakeSequence(kSize, prompt, straight, seed, stream);
      ASSERT_TRUE(s == fresh);
      ASSERT_EQ(s.Snapshot(), fresh.Snapshot());
      ASSERT_EQ(s.position(), static_cast<std::int64_t>(straight.size()));
      ASSERT_EQ(Output(s), straight);
      ASSERT_EQ(s.coins().Bits(Purpose::kTokenDraw),
                Coins(seed, stream, static_cast<std::uint32_t>(straight.size()))
                    .Bits(Purpose::kTokenDraw));
    }
  }
}

TEST(Sequence, ComparesEveryPartOfItsState) {
  const Sequence a = MakeSequence(kSize, {1}, {2}, 3, 4);
  EXPECT_TRUE(a == MakeSequence(kSize, {1}, {2}, 3, 4));
  EXPECT_FALSE(a == MakeSequence(kSize + 1, {1}, {2}, 3, 4));
  EXPECT_FALSE(a == MakeSequence(kSize, {2}, {2}, 3, 4));
  EXPECT_FALSE(a == MakeSequence(kSize, {1, 2}, {}, 3, 4));
  EXPECT_FALSE(a == MakeSequence(kSize, {1}, {2}, 4, 4));
  EXPECT_FALSE(a == MakeSequence(kSize, {1}, {2}, 3, 5));
  Sequence b = a;
  b.set_clock(1);
  EXPECT_FALSE(a == b);
}

}  // namespace
}  // namespace sampler::sequence_test
