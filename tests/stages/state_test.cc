// The memory of stages: carried by sequences, moved by accepting drawn tokens,
// exact under rollback and snapshots.

#include <cstdint>
#include <limits>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "sampler/candidates/candidates.h"
#include "sampler/candidates/probability_record.h"
#include "sampler/config.h"
#include "sampler/pipeline.h"
#include "sampler/stages/registry.h"
#include "tests/support/test_share.h"

namespace sampler {
namespace {

constexpr std::int64_t kSize = 50;

// Remembers the sum of the probabilities it drew with, and their number; every
// second step it leaves only the better half.
class Rememberer final : public Stage {
 public:
  static StageType Type() {
    return {.name = "rememberer",
            .group = StageGroup::kTruncate,
            .summary = "",
            .formula = "",
            .source = "",
            .parameters = {},
            .create = [](const Parameters&) -> std::unique_ptr<const Stage> {
              return std::make_unique<Rememberer>();
            }};
  }

  void Apply(Candidates& candidates, const StepContext& step) const override {
    EXPECT_EQ(step.state.size(), 2u);
    if (static_cast<std::int64_t>(step.state[1]) % 2 == 1) {
      candidates.KeepTop((candidates.Count() + 1) / 2);
    }
    candidates.Record(step.record);
  }
  std::size_t StateSize() const override { return 2; }
  void InitializeState(absl::Span<double> state) const override {
    state[0] = 0.25;
    state[1] = 0;
  }
  void UpdateState(TokenId token, const ProbabilityRecord& record,
                   absl::Span<double> state) const override {
    state[0] += record.Of(token);
    state[1] += 1;
  }
};

Pipeline MakePipeline(const std::vector<StageConfig>& stages) {
  StageRegistry registry = StageRegistry::BuiltIn();
  EXPECT_TRUE(registry.Add(Rememberer::Type()).ok());
  return Pipeline::Create({.stages = stages}, kSize, registry).value();
}

const Pipeline& TwoMemories() {
  static const Pipeline pipeline =
      MakePipeline({{"rememberer"},
                    {"temperature", {{"temperature", 0.5}}},
                    {"rememberer"},
                    {"categorical"}});
  return pipeline;
}

std::vector<double> RandomRow(std::mt19937_64& random) {
  std::vector<double> row(kSize);
  for (double& logit : row) logit = static_cast<double>(random() % 64) / 16;
  return row;
}

std::vector<double> State(const Sequence& s) {
  return {s.state().begin(), s.state().end()};
}

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
            s.AcceptId(static_cast<std::int32_t>(random() % kSize)).ok());
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
  const Pipeline small = Pipeline::Create(mirostat.config(), kSize - 1).value();
  EXPECT_EQ(small.RestoreSequence(s.Snapshot()).status().message(),
            "sequence snapshot: /vocabulary_size: got 50, want 49");
}

}  // namespace
}  // namespace sampler
