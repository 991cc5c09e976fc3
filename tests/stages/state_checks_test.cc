// Memories that are refused: those of other stages and pipelines, and numbers
// that no stage remembers.

#include <cstddef>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "sampler/config.h"
#include "sampler/pipeline.h"
#include "tests/stages/rememberer.h"

namespace sampler {
namespace {

TEST(State, OfOtherStagesIsRefused) {
  const Pipeline one = MakePipeline({{"rememberer"}, {"categorical"}});
  const Pipeline none = MakePipeline({{"categorical"}});
  const Pipeline& two = TwoMemories();
  std::mt19937_64 random(4);
  const std::vector<double> row = RandomRow(random);
  Workspace workspace;
  Sequence s = one.NewSequence({.seed = 0}).value();
  ASSERT_TRUE(s.Accept(one.Sample(row, s, workspace)).ok());
  EXPECT_EQ(two.Sample(row, s, workspace).status, RowStatus::kWrongState);
  EXPECT_EQ(none.Sample(row, s, workspace).status, RowStatus::kOk);
  const Sequence before = s;
  const Token foreign =
      two.Sample(row, two.NewSequence({.seed = 0}).value(), workspace);
  EXPECT_EQ(s.Accept(foreign).message(),
            "state of the drawn token: got that of other stages, want those "
            "whose state the sequence carries");
  EXPECT_TRUE(s == before);
}

// Two numbers of one stage are not those of two stages with one each.
TEST(State, OfTheSameLengthIsToldApart) {
  const Pipeline mirostats =
      MakePipeline({{"mirostat"}, {"mirostat"}, {"categorical"}});
  const Pipeline adaptive =
      MakePipeline({{"adaptive_p", {{"target", 0.3}}}, {"categorical"}});
  std::mt19937_64 random(6);
  const std::vector<double> row = RandomRow(random);
  Workspace workspace;
  Sequence s = mirostats.NewSequence({.seed = 0}).value();
  const Token drawn = mirostats.Sample(row, s, workspace);
  const Token other = adaptive.Sample(row, s, workspace);
  ASSERT_EQ(drawn.state.values.size(), other.state.values.size());
  ASSERT_TRUE(s.Accept(drawn).ok());
  EXPECT_EQ(adaptive.Sample(row, s, workspace).status, RowStatus::kWrongState);
  EXPECT_FALSE(s.Accept(other).ok());
  // Also through a snapshot, and no longer once it is taken back.
  EXPECT_EQ(
      adaptive.Sample(row, *Sequence::Restore(s.Snapshot()), workspace).status,
      RowStatus::kWrongState);
  ASSERT_TRUE(s.Rollback(1).ok());
  EXPECT_TRUE(s.Accept(other).ok());
  EXPECT_EQ(adaptive.Sample(row, s, workspace).status, RowStatus::kOk);
}

TEST(State, InASnapshotIsChecked) {
  const Pipeline& pipeline = TwoMemories();
  std::mt19937_64 random(5);
  Workspace workspace;
  Sequence s = pipeline.NewSequence({.seed = 0}).value();
  ASSERT_TRUE(s.AcceptId(7).ok());
  ASSERT_TRUE(s.Accept(pipeline.Sample(RandomRow(random), s, workspace)).ok());
  const std::string good = s.Snapshot();
  ASSERT_TRUE(*Sequence::Restore(good) == s);
  const std::size_t begin = good.find("\"state\":") + 8;
  const std::size_t end = good.find("]]", begin) + 2;
  for (const char* wrong : {"1", "[1]", "[[]]", "[[\"x\"]]", "[[1],[1,2]]",
                            "[[1],[1],[1]]", "[[1e999]]", "[[null]]", "{}"}) {
    const auto restored =
        Sequence::Restore(good.substr(0, begin) + wrong + good.substr(end));
    EXPECT_FALSE(restored.ok()) << wrong;
  }
}

TEST(State, ThatNoStageRemembersIsRefused) {
  const Pipeline pipeline =
      MakePipeline({{"mirostat"},
                    {"adaptive_p", {{"target", 0.3}, {"decay", 0.5}}},
                    {"categorical"}});
  std::mt19937_64 random(7);
  const std::vector<double> row = RandomRow(random);
  Workspace workspace;
  Sequence s = pipeline.NewSequence({.seed = 1}).value();
  Token drawn = pipeline.Sample(row, s, workspace);
  ASSERT_EQ(drawn.state.values.size(), 3u);
  const auto restore = [&](std::size_t i, double number) {
    Token token = drawn;
    token.state.values[i] = number;
    Sequence other = s;
    EXPECT_TRUE(other.Accept(token).ok());
    // A later state does not hide an earlier one.
    EXPECT_TRUE(other.Accept(drawn).ok());
    const auto restored = pipeline.RestoreSequence(other.Snapshot());
    EXPECT_TRUE(other.Rollback(1).ok());
    EXPECT_EQ(pipeline.Sample(row, other, workspace).status,
              restored.ok() ? RowStatus::kOk : RowStatus::kWrongState);
    return std::string(restored.status().message());
  };
  for (const double mu : {0.0, -1e300, 1e300, 6.5}) {
    EXPECT_EQ(restore(0, mu), "");
  }
  EXPECT_EQ(restore(1, -0.5),
            "sequence snapshot: /state, after 1 tokens: /stages/1: the sum of "
            "its average is no sum of probabilities");
  EXPECT_EQ(restore(2, 0.0),
            "sequence snapshot: /state, after 1 tokens: /stages/1: the weight "
            "of its average is not within [1, 1 / (1 - decay)]");
  for (const double wrong : {-1.0, 1e300, 3.0}) {
    EXPECT_NE(restore(1, wrong), "");
    EXPECT_NE(restore(2, wrong), "");
  }
  // Nor what cannot be a memory at all, wherever it comes from.
  Token token = drawn;
  token.state.values[0] = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(s.Accept(token).message(),
            "state of the drawn token: got nan, want finite numbers");
  EXPECT_EQ(s.position(), 0);
}

TEST(State, OfAnotherPipelineIsNotRestored) {
  const Pipeline mirostat = MakePipeline({{"mirostat"}, {"categorical"}});
  const Pipeline adaptive =
      MakePipeline({{"adaptive_p", {{"target", 0.3}}}, {"categorical"}});
  std::mt19937_64 random(8);
  Workspace workspace;
  Sequence s = mirostat.NewSequence({.seed = 1}).value();
  ASSERT_TRUE(s.Accept(mirostat.Sample(RandomRow(random), s, workspace)).ok());
  EXPECT_EQ(*mirostat.RestoreSequence(s.Snapshot()), s);
  auto snapshot = nlohmann::json::parse(std::string(s.Snapshot()));
  EXPECT_NE(adaptive.RestoreSequence(snapshot.dump())
                .status()
                .message()
                .find("/config: got the fingerprint "),
            std::string::npos);
  // One that does not tell its config.
  snapshot.erase("config");
  EXPECT_EQ(adaptive.RestoreSequence(snapshot.dump()).status().message(),
            "sequence snapshot: /state, after 1 tokens: got the memory of "
            "other stages");
  const Pipeline small =
      Pipeline::Create(mirostat.config(), kRemembererSize - 1).value();
  EXPECT_EQ(small.RestoreSequence(s.Snapshot()).status().message(),
            "sequence snapshot: /vocabulary_size: got 50, want 49");
}

}  // namespace
}  // namespace sampler
