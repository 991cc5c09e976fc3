// The memory of stages: carried by sequences, moved by accepting drawn tokens,
// exact under rollback and snapshots.

#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

#include "gtest/gtest.h"
#include "sampler/pipeline.h"
#include "tests/stages/rememberer.h"
#include "tests/support/test_share.h"

namespace sampler {
namespace {

TEST(State, LearnsFromAcceptedDraws) {
  const Pipeline& pipeline = TwoMemories();
  EXPECT_TRUE(pipeline.has_state());
  EXPECT_FALSE(MakePipeline({{"categorical"}}).has_state());
  std::mt19937_64 random(1);
  Sequence s = pipeline.NewSequence({.seed = 5}).value();
  Workspace workspace;
  double first = 0.25;
  double second = 0.25;
  for (int step = 0; step < 20; ++step) {
    const std::vector<double> row = RandomRow(random);
    const Token token = pipeline.Sample(row, s, workspace);
    ASSERT_EQ(token.status, RowStatus::kOk);
    // The second memory stands where the draw does.
    const Distribution d = pipeline.Process(row, s, workspace);
    second += d.Probability(token.id);
    const std::vector<double> before = State(s);
    ASSERT_EQ(pipeline.DrawFrom(d, s, workspace).id, token.id);
    EXPECT_EQ(State(s), before);  // Sampling moves nothing.
    ASSERT_TRUE(s.Accept(token).ok());
    ASSERT_EQ(s.state().size(), 4u);
    EXPECT_GT(s.state()[0], first);
    first = s.state()[0];
    EXPECT_EQ(s.state()[1], step + 1);
    EXPECT_EQ(s.state()[2], second);
    EXPECT_EQ(s.state()[3], step + 1);
  }
}

TEST(State, LearnsNothingFromOtherTokens) {
  const Pipeline& pipeline = TwoMemories();
  std::mt19937_64 random(2);
  Sequence s = pipeline.NewSequence({.seed = 0}).value();
  Workspace workspace;
  const std::vector<double> row = RandomRow(random);
  const Token token = pipeline.Sample(row, s, workspace);
  const std::int32_t other = token.id == 0 ? 1 : 0;
  ASSERT_TRUE(s.Accept(token, other).ok());
  ASSERT_TRUE(s.AcceptId(other).ok());
  EXPECT_TRUE(s.state().empty());
  ASSERT_TRUE(s.Accept(pipeline.Sample(row, s, workspace)).ok());
  const std::vector<double> learnt = State(s);
  EXPECT_EQ(learnt.size(), 4u);
  ASSERT_TRUE(s.AcceptId(other).ok());
  EXPECT_EQ(State(s), learnt);
  // Unless the update holds for whatever token follows.
  Token moving = pipeline.Sample(row, s, workspace);
  moving.state.holds_for_any_token = true;
  ASSERT_TRUE(s.Accept(moving, moving.id == 0 ? 1 : 0).ok());
  EXPECT_EQ(State(s), std::vector<double>(moving.state.values.begin(),
                                          moving.state.values.end()));
}

TEST(State, IsExactUnderRollbackAndSnapshots) {
  const Pipeline& pipeline = TwoMemories();
  std::mt19937_64 random(3);
  Workspace workspace;
  for (int trace = 0; trace < Share(200); ++trace) {
    Sequence s = pipeline.NewSequence({.seed = random()}).value();
    std::vector<Sequence> past = {s};  // By position.
    for (int step = 0; step < 20; ++step) {
      const std::uint64_t action = random() % 5;
      if (action == 0) {
        const std::size_t n = random() % past.size();
        ASSERT_TRUE(s.Rollback(static_cast<std::int64_t>(n)).ok());
        past.erase(past.end() - static_cast<std::ptrdiff_t>(n), past.end());
      } else if (action == 1) {
        const auto restored = Sequence::Restore(s.Snapshot());
        ASSERT_TRUE(restored.ok()) << restored.status();
        s = *restored;
      } else if (action == 2) {
        ASSERT_TRUE(
            s.AcceptId(static_cast<std::int32_t>(random() % kRemembererSize))
                .ok());
        past.push_back(s);
      } else {
        const std::vector<double> row = RandomRow(random);
        ASSERT_TRUE(s.Accept(pipeline.Sample(row, s, workspace)).ok());
        past.push_back(s);
      }
      ASSERT_TRUE(s == past.back());
      ASSERT_EQ(s.Snapshot(), past.back().Snapshot());
    }
  }
}

}  // namespace
}  // namespace sampler
