// The attempt of a sequence: what Redraw raises and what keeps it. The law that
// it is for: redraw_test.cc, rewind_test.cc.

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "sampler/random/random.h"
#include "sampler/sequence.h"
#include "tests/support/pipelines.h"

namespace sampler::attempt_test {
namespace {

using Json = nlohmann::json;
using Tokens = std::vector<std::int32_t>;

constexpr std::int64_t kSize = 50;

Tokens Output(const Sequence& s) {
  return {s.history().output().begin(), s.history().output().end()};
}

TEST(Attempt, IsRaisedByARedrawForAllNumbers) {
  const Sequence start = MakeSequence(kSize, {1}, {2, 3, 4});
  Sequence s = start;
  ASSERT_TRUE(s.Redraw(2).ok());
  EXPECT_EQ(Output(s), Tokens({2}));
  EXPECT_EQ(s.attempt(), 1u);
  // All of them: at this position and later ones, for every use.
  for (const Purpose purpose :
       {Purpose::kTokenDraw, Purpose::kXtcCoin, Purpose::kSpeculativeAccept,
        Purpose::kResidualDraw, Purpose::kTokenNoise, Purpose::kCaller,
        Purpose::kBlockAccept}) {
    Sequence before = start;
    ASSERT_TRUE(before.Rollback(2).ok());
    Sequence after = s;
    for (int i = 0; i < 4; ++i) {
      EXPECT_NE(before.coins().Bits(purpose), after.coins().Bits(purpose));
      ASSERT_TRUE(before.AcceptId(5).ok());
      ASSERT_TRUE(after.AcceptId(5).ok());
    }
  }
  // Nothing accepted is taken back, and the numbers change all the same.
  const Sequence once = s;
  ASSERT_TRUE(s.Redraw().ok());
  EXPECT_EQ(Output(s), Output(once));
  EXPECT_EQ(s.attempt(), 2u);
  EXPECT_FALSE(s == once);
  EXPECT_NE(s.coins().Bits(Purpose::kTokenDraw),
            once.coins().Bits(Purpose::kTokenDraw));
  // A log that knows the attempt repeats the draw.
  s.set_attempt(1);
  EXPECT_TRUE(s == once);
}

// Else a number of a refused token would come again.
TEST(Attempt, IsKeptByARollback) {
  Sequence s = MakeSequence(kSize, {1}, {2, 3, 4});
  ASSERT_TRUE(s.Redraw(1).ok());
  ASSERT_TRUE(s.AcceptId(9).ok());
  ASSERT_TRUE(s.Rollback(3).ok());
  EXPECT_EQ(s.position(), 0);
  EXPECT_EQ(s.attempt(), 1u);
  const Sequence never =
      Sequence::Create(kSize, {.seed = 1, .prompt = {1}, .attempt = 1}).value();
  EXPECT_TRUE(s == never);
  EXPECT_EQ(s.Snapshot(), never.Snapshot());
}

TEST(Attempt, IsKeptByCopiesAndForks) {
  Sequence s = MakeSequence(kSize);
  ASSERT_TRUE(s.Redraw().ok());
  const Sequence copy = s;
  EXPECT_TRUE(copy == s);
  EXPECT_EQ(s.Fork(3).attempt(), 1u);
  EXPECT_NE(s.Fork(3).coins().Bits(Purpose::kTokenDraw),
            s.Fork(4).coins().Bits(Purpose::kTokenDraw));
}

TEST(Attempt, IsKeptByARedrawThatFails) {
  Sequence s = MakeSequence(kSize, {1}, {2, 3});
  const Sequence before = s;
  for (const std::int64_t n : {std::int64_t{-1}, std::int64_t{3},
                               std::numeric_limits<std::int64_t>::min(),
                               std::numeric_limits<std::int64_t>::max()}) {
    EXPECT_EQ(s.Redraw(n).code(), absl::StatusCode::kOutOfRange);
  }
  EXPECT_EQ(s.Redraw(3).message(),
            "tokens to roll back: got 3, want an integer in [0, 2]");
  EXPECT_TRUE(s == before);
  s.set_attempt(std::numeric_limits<std::uint32_t>::max());
  const Sequence last = s;
  EXPECT_EQ(s.Redraw(1).message(),
            "a sequence is redrawn at most 2^32 - 1 times");
  EXPECT_TRUE(s == last);
}

TEST(Attempt, IsCarriedBySnapshots) {
  Sequence s = MakeSequence(kSize, {1}, {2});
  // As before there were attempts: both versions read each other's.
  const std::string first = s.Snapshot();
  EXPECT_FALSE(Json::parse(first).contains("attempt"));
  EXPECT_EQ(Sequence::Restore(first).value().attempt(), 0u);
  for (const std::uint32_t attempt :
       {std::uint32_t{1}, std::numeric_limits<std::uint32_t>::max()}) {
    s.set_attempt(attempt);
    EXPECT_EQ(Json::parse(s.Snapshot()).at("attempt"), attempt);
    EXPECT_TRUE(Sequence::Restore(s.Snapshot()).value() == s);
  }
  Json json = Json::parse(first);
  for (const Json& wrong :
       {Json(-1), Json(std::int64_t{1} << 32), Json("1"), Json(0.5), Json()}) {
    json["attempt"] = wrong;
    EXPECT_EQ(Sequence::Restore(json.dump()).status().message(),
              "sequence snapshot: /attempt: want an integer in [0, "
              "4294967295]");
  }
}

}  // namespace
}  // namespace sampler::attempt_test
