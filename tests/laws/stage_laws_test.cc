// Laws that need no oracle, for every stage of the registry
// (stage_examples.h). Those of penalties and temperatures are in
// edit_laws_test.cc, what sequences may rely on in stage_state_laws_test.cc.

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "sampler/stages/registry.h"
#include "tests/support/pipelines.h"
#include "tests/support/stage_examples.h"
#include "tests/support/test_share.h"

namespace sampler::stage_laws_test {
namespace {

using Row = std::vector<double>;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

std::vector<std::uint64_t> BitsOf(const Row& row) {
  std::vector<std::uint64_t> bits;
  for (const double v : row) bits.push_back(std::bit_cast<std::uint64_t>(v));
  return bits;
}

TEST(Examples, CoverEveryStageThatIsNoDraw) {
  for (const StageType& type : StageRegistry::BuiltIn().types()) {
    const bool found =
        std::any_of(Examples().begin(), Examples().end(),
                    [&](const Example& e) { return e.type == type.name; });
    EXPECT_EQ(found, type.group != StageGroup::kDraw) << type.name;
  }
}

TEST(EveryStage, ChangesNotABitAtItsNeutralParameters) {
  std::mt19937_64 random(1);
  for (const Example& e : Examples()) {
    if (e.neutral.empty()) continue;
    for (int round = 0; round < 20; ++round) {
      Row row = RandomRow(random, 1 + random() % 130);
      if (round % 2 == 0) row[random() % row.size()] = -0.0;
      if (round % 4 == 0) row[random() % row.size()] = -1e300;
      const Outcome outcome = RunStages(row, StageText(e.type, e.neutral),
                                        SomeSequence(row.size()));
      EXPECT_EQ(outcome.status, RowStatus::kOk);
      for (double& logit : row) logit += 0.0;  // Zeros are reported as one.
      EXPECT_EQ(BitsOf(outcome.logits), BitsOf(row)) << e.type;
    }
  }
}

TEST(EveryStage, ChangesSomethingAtItsExample) {
  const Row row = {1, 0.5, 0.25, -1, 0.75};
  for (const Example& e : Examples()) {
    if (e.needs_input) continue;
    EXPECT_NE(RunStages(row, Active(e), SomeSequence(5)).logits, row) << e.type;
  }
}

TEST(EveryStage, NeverRevivesWhatIsGone) {
  std::mt19937_64 random(2);
  for (const Example& e : Examples()) {
    Row row = RandomRow(random, 70);
    for (std::size_t i = 4; i < row.size(); i += 3) row[i] = -kInfinity;
    const Outcome outcome = RunStages(row, Active(e), SomeSequence(row.size()));
    for (std::size_t i = 4; i < row.size(); i += 3) {
      EXPECT_EQ(outcome.logits[i], -kInfinity) << e.type;
    }
  }
}

TEST(EveryStage, KeepsASingleCandidate) {
  for (const Example& e : Examples()) {
    if (e.names_tokens) continue;
    for (const Row& row :
         {Row{2.5}, Row{-kInfinity, -kInfinity, 1.0, -kInfinity}}) {
      const Outcome outcome =
          RunStages(row, Active(e), SomeSequence(row.size()));
      const std::string kept = outcome.kept();
      EXPECT_EQ(std::count(kept.begin(), kept.end(), '1'), 1) << e.type;
    }
  }
}

TEST(EveryStage, PassesOnTheStatusOfABadRow) {
  std::mt19937_64 random(3);
  const std::pair<double, RowStatus> bad[] = {
      {kNan, RowStatus::kNan}, {kInfinity, RowStatus::kInfinite}};
  std::vector<std::string> chains = {"", R"({"type": "greedy"})"};
  for (const Example& e : Examples()) {
    chains.push_back(Active(e));
  }
  for (const std::string& stages : chains) {
    for (const std::size_t size : {4u, 64u, 65u, 1000u}) {
      const Pipeline pipeline =
          MakePipeline(stages, static_cast<std::int64_t>(size));
      const Sequence sequence = SomeSequence(size);
      Workspace workspace;
      const Row good = RandomRow(random, size);
      const Row zeros(size);
      const StepInputs inputs =
          pipeline.OnlyRead({.unconditional = absl::MakeConstSpan(zeros)});
      const Token before = pipeline.Sample(absl::Span<const double>(good),
                                           sequence, workspace, inputs);
      EXPECT_EQ(before.status, RowStatus::kOk);
      const auto expect = [&](const Row& row, RowStatus status) {
        const Token token = pipeline.Sample(absl::Span<const double>(row),
                                            sequence, workspace, inputs);
        EXPECT_EQ(token.status, status) << stages;
        EXPECT_EQ(token.id, -1);
        EXPECT_EQ(token.bits, 0u);
        // The next row is none the wiser.
        EXPECT_EQ(pipeline
                      .Sample(absl::Span<const double>(good), sequence,
                              workspace, inputs)
                      .id,
                  before.id);
      };
      for (const auto& [value, status] : bad) {
        // Every slot of a small row, the edges of a large one.
        for (std::size_t at = 0; at < size;
             at += size < 66 || at < 66 || at + 66 > size ? 1 : 61) {
          Row row = good;
          row[at] = value;
          expect(row, status);
        }
      }
      expect(Row(size, -kInfinity), RowStatus::kNoCandidate);
    }
  }
}

TEST(EveryStage, IgnoresAConstantAddedToAllLogitsUnlessItSaysOtherwise) {
  std::mt19937_64 random(4);
  for (const Example& e : Examples()) {
    if (e.gauge_dependent) continue;
    for (int round = 0; round < 30; ++round) {
      const Row row = DistinctRow(random, 100);
      const std::string stages = Active(e);
      const std::string kept = RunStages(row, stages, SomeSequence(100)).kept();
      for (const double shift : {64.0, -64.0, 1024.0}) {
        Row shifted = row;
        for (double& v : shifted) v += shift;
        EXPECT_EQ(RunStages(shifted, stages, SomeSequence(100)).kept(), kept)
            << e.type << " " << shift;
      }
    }
  }
}

TEST(EveryStage, ThatMindsAConstantReallyDoes) {
  for (const Example& e : Examples()) {
    if (!e.gauge_dependent) continue;
    const Row row = {1, 0.5, 0.25, -1, 0.75};
    Row shifted = row;
    for (double& v : shifted) v += 64.0;
    const Row a = RunStages(row, Active(e), SomeSequence(5)).logits;
    Row b = RunStages(shifted, Active(e), SomeSequence(5)).logits;
    for (double& v : b) v -= 64.0;
    EXPECT_NE(a, b) << e.type;
  }
}

TEST(EveryStage, FollowsAPermutationOfTheIds) {
  std::mt19937_64 random(5);
  std::vector<std::string> chains = {
      R"({"type": "temperature", "temperature": 0.3},
         {"type": "top_p", "p": 0.9}, {"type": "min_p", "p": 0.4})"};
  for (const Example& e : Examples()) {
    if (GroupOf(e) != StageGroup::kEdit) chains.push_back(Active(e));
  }
  for (const std::string& stages : chains) {
    for (int round = 0; round < Share(100); ++round) {
      const std::size_t size = 1 + random() % 300;
      const Row row = DistinctRow(random, size);
      std::vector<std::size_t> to(size);
      for (std::size_t i = 0; i < size; ++i) to[i] = i;
      std::shuffle(to.begin(), to.end(), random);
      Row moved(size);
      for (std::size_t i = 0; i < size; ++i) moved[to[i]] = row[i];
      const std::string kept = Kept(row, stages);
      const std::string kept_moved = Kept(moved, stages);
      for (std::size_t i = 0; i < size; ++i) {
        ASSERT_EQ(kept[i], kept_moved[to[i]]) << stages;
      }
    }
  }
}

// Tokens that are masked change nothing for the others, wherever they stand.
TEST(EveryStage, DoesNotSeeWhatIsMasked) {
  std::mt19937_64 random(11);
  for (const Example& e : Examples()) {
    if (e.counts_the_vocabulary) continue;
    for (int round = 0; round < Share(30); ++round) {
      const Row row = RandomRow(random, 4 + random() % 150);
      Row masked = row;
      masked.resize(row.size() + 1 + random() % 200, -kInfinity);
      Row alone = RunStages(row, Active(e), SomeSequence(row.size())).logits;
      alone.resize(masked.size(), -kInfinity);
      const Sequence sequence = SomeSequence(masked.size());
      EXPECT_EQ(RunStages(masked, Active(e), sequence).logits, alone) << e.type;
      // The same by a stage instead of the row.
      Row high = masked;
      std::string ids;
      for (std::size_t id = row.size(); id < high.size(); ++id) {
        high[id] = 9.0;
        absl::StrAppend(&ids, ids.empty() ? "" : ", ", id);
      }
      const std::string ban =
          StageText("suppress_tokens", absl::StrCat("\"ids\": [", ids, "]"));
      EXPECT_EQ(RunStages(high, ban + "," + Active(e), sequence).logits, alone)
          << e.type;
    }
  }
}

}  // namespace
}  // namespace sampler::stage_laws_test
