// Laws that need no oracle, for every stage of the registry.

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/pipelines.h"
#include "tests/test_share.h"

namespace sampler {
namespace {

using Row = std::vector<double>;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

struct Example {
  std::string type;
  std::string active;   // Parameters that change something,
  std::string neutral;  // and such that change nothing; "": there are none.
  bool gauge_dependent = false;
};

const std::vector<Example>& Examples() {
  static const std::vector<Example> examples = {
      {"logit_bias", R"("bias": {"1": 1.5, "2": false})", R"("bias": {})"},
      {"suppress_tokens", R"("ids": [1])", R"("ids": [])"},
      {"allow_tokens", R"("ids": [0, 1, 2, 3])", ""},
      {"repetition_penalty", R"("penalty": 1.3)", R"("penalty": 1)", true},
      {"frequency_penalty", R"("penalty": 0.5)", R"("penalty": 0)"},
      {"presence_penalty", R"("penalty": 0.5)", R"("penalty": 0)"},
      {"temperature", R"("temperature": 0.5)", R"("temperature": 1)"},
      {"top_k", R"("k": 2)", R"("k": 0)"},
      {"top_p", R"("p": 0.5)", R"("p": 1)"},
      {"min_p", R"("p": 0.5)", R"("p": 0)"},
      {"typical_p", R"("p": 0.5)", R"("p": 1)"},
  };
  return examples;
}

std::string StageText(const std::string& type, const std::string& parameters) {
  return R"({"type": ")" + type + "\", " + parameters + "}";
}

Sequence SomeSequence(std::size_t size) {
  return MakeSequence(static_cast<std::int64_t>(size), {0, 0}, {0});
}

std::vector<std::uint64_t> BitsOf(const Row& row) {
  std::vector<std::uint64_t> bits;
  for (const double v : row) bits.push_back(std::bit_cast<std::uint64_t>(v));
  return bits;
}

// Multiples of 1/64, so that shifts by small integers are exact.
Row RandomRow(std::mt19937_64& random, std::size_t size) {
  Row row(size);
  for (double& v : row) v = static_cast<double>(random() % 1024) / 64.0 - 8.0;
  return row;
}

Row DistinctRow(std::mt19937_64& random, std::size_t size) {
  Row row(size);
  for (std::size_t i = 0; i < size; ++i) {
    row[i] = static_cast<double>(i) * 0.03125;
  }
  std::shuffle(row.begin(), row.end(), random);
  return row;
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
      EXPECT_EQ(BitsOf(outcome.logits), BitsOf(row)) << e.type;
    }
  }
}

TEST(EveryStage, ChangesSomethingAtItsExample) {
  const Row row = {1, 0.5, 0.25, -1, 0.75};
  for (const Example& e : Examples()) {
    EXPECT_NE(
        RunStages(row, StageText(e.type, e.active), SomeSequence(5)).logits,
        row)
        << e.type;
  }
}

TEST(EveryStage, NeverRevivesWhatIsGone) {
  std::mt19937_64 random(2);
  for (const Example& e : Examples()) {
    Row row = RandomRow(random, 70);
    for (std::size_t i = 4; i < row.size(); i += 3) row[i] = -kInfinity;
    const Outcome outcome =
        RunStages(row, StageText(e.type, e.active), SomeSequence(row.size()));
    for (std::size_t i = 4; i < row.size(); i += 3) {
      EXPECT_EQ(outcome.logits[i], -kInfinity) << e.type;
    }
  }
}

TEST(EveryStage, KeepsASingleCandidate) {
  for (const Example& e : Examples()) {
    if (e.type == "suppress_tokens" || e.type == "logit_bias") continue;
    for (const Row& row :
         {Row{2.5}, Row{-kInfinity, -kInfinity, 1.0, -kInfinity}}) {
      if (row.size() < 4 && e.type == "allow_tokens") continue;
      const Outcome outcome =
          RunStages(row, StageText(e.type, e.active), SomeSequence(row.size()));
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
    chains.push_back(StageText(e.type, e.active));
  }
  for (const std::string& stages : chains) {
    for (const std::size_t size : {4u, 64u, 65u, 1000u}) {
      const Pipeline pipeline =
          MakePipeline(stages, static_cast<std::int64_t>(size));
      const Sequence sequence = SomeSequence(size);
      Workspace workspace;
      const Row good = RandomRow(random, size);
      const Token before =
          pipeline.Sample(absl::Span<const double>(good), sequence, workspace);
      EXPECT_EQ(before.status, RowStatus::kOk);
      const auto expect = [&](const Row& row, RowStatus status) {
        const Token token =
            pipeline.Sample(absl::Span<const double>(row), sequence, workspace);
        EXPECT_EQ(token.status, status) << stages;
        EXPECT_EQ(token.id, -1);
        EXPECT_EQ(token.bits, 0u);
        // The next row is none the wiser.
        EXPECT_EQ(
            pipeline.Sample(absl::Span<const double>(good), sequence, workspace)
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
      const std::string stages = StageText(e.type, e.active);
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

TEST(EveryStage, FollowsAPermutationOfTheIds) {
  std::mt19937_64 random(5);
  for (const std::string stages :
       {R"({"type": "top_k", "k": 17})", R"({"type": "top_p", "p": 0.7})",
        R"({"type": "min_p", "p": 0.2})", R"({"type": "typical_p", "p": 0.4})",
        R"({"type": "temperature", "temperature": 0.3},
            {"type": "top_p", "p": 0.9}, {"type": "min_p", "p": 0.4})"}) {
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

TEST(TopK, CommutesWithTemperature) {
  std::mt19937_64 random(6);
  const std::string k = R"({"type": "top_k", "k": 20})";
  for (const std::string t : {"0.3", "0.7", "3"}) {
    const std::string temperature =
        R"({"type": "temperature", "temperature": )" + t + "}";
    for (int round = 0; round < Share(100); ++round) {
      const Row row = RandomRow(random, 1 + random() % 200);
      ASSERT_EQ(RunStages(row, k + "," + temperature).logits,
                RunStages(row, temperature + "," + k).logits);
    }
  }
}

TEST(MinP, AfterATemperatureEqualsItsPowerBefore) {
  std::mt19937_64 random(7);
  for (int round = 0; round < Share(100); ++round) {
    const Row row = DistinctRow(random, 1 + random() % 300);
    // Clear of every boundary: logits are multiples of 1/32.
    ASSERT_EQ(Kept(row, R"({"type": "temperature", "temperature": 2},
                           {"type": "min_p", "p": 0.3})"),
              Kept(row, R"({"type": "min_p", "p": 0.09})"));
    ASSERT_EQ(Kept(row, R"({"type": "temperature", "temperature": 0.5},
                           {"type": "min_p", "p": 0.09})"),
              Kept(row, R"({"type": "min_p", "p": 0.3})"));
  }
}

TEST(TopKAndMinP, AreIdempotent) {
  std::mt19937_64 random(8);
  for (const std::string stage :
       {R"({"type": "top_k", "k": 7})", R"({"type": "min_p", "p": 0.3})",
        R"({"type": "top_k", "k": 7, "ties": "keep_all"})",
        R"({"type": "temperature", "temperature": 0})"}) {
    for (int round = 0; round < Share(50); ++round) {
      const Row row = RandomRow(random, 1 + random() % 100);
      ASSERT_EQ(RunStages(row, stage).logits,
                RunStages(row, stage + "," + stage).logits);
    }
  }
}

TEST(TemperatureZero, FollowedByAnyStageIsGreedy) {
  std::mt19937_64 random(9);
  for (const Example& e : Examples()) {
    if (e.type == "suppress_tokens" || e.type == "logit_bias" ||
        e.type == "allow_tokens") {
      continue;
    }
    for (int round = 0; round < 20; ++round) {
      const Row row = RandomRow(random, 1 + random() % 100);
      EXPECT_EQ(RunStages(row, R"({"type": "temperature", "temperature": 0},)" +
                                   StageText(e.type, e.active))
                    .kept(),
                Kept(row, R"({"type": "greedy"})"));
    }
  }
}

TEST(Temperature, LowersTheEntropyAsItFalls) {
  std::mt19937_64 random(10);
  for (int round = 0; round < Share(50); ++round) {
    const Row row = DistinctRow(random, 2 + random() % 500);
    double last = kInfinity;
    for (const std::string t : {"4", "2", "1", "0.5", "0.25"}) {
      const Pipeline pipeline =
          MakePipeline(R"({"type": "temperature", "temperature": )" + t + "}",
                       static_cast<std::int64_t>(row.size()));
      Workspace workspace;
      const double entropy =
          pipeline
              .Process(absl::Span<const double>(row),
                       MakeSequence(static_cast<std::int64_t>(row.size())),
                       workspace)
              .Entropy();
      EXPECT_LT(entropy, last);
      last = entropy;
    }
  }
}

}  // namespace
}  // namespace sampler
