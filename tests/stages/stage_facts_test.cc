// What a stage type says of its stages is true of what they do: every fact of
// every stage of the registry, under random legal parameters.

#include "sampler/stages/stage_facts.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "sampler/config.h"
#include "sampler/pipeline.h"
#include "sampler/stage_lookup.h"
#include "sampler/stages/registry.h"
#include "tests/stages/random_stages.h"
#include "tests/support/stage_examples.h"

namespace sampler::stage_facts_test {
namespace {

TEST(StageFacts, EveryTypeSaysThem) {
  for (const StageType& type : StageRegistry::BuiltIn().types()) {
    EXPECT_NE(type.facts, nullptr) << type.name;
  }
}

TEST(StageFacts, NeutralParametersAreThoseOfTheExamples) {
  for (const Example& example : Examples()) {
    EXPECT_FALSE(FactsOf(ExampleStage(example.type, example.active)).neutral)
        << example.type;
    if (example.neutral.empty() || example.needs_input) continue;
    EXPECT_TRUE(FactsOf(ExampleStage(example.type, example.neutral)).neutral)
        << example.type;
  }
}

TEST(StageFacts, SignsAreReadWhereAConstantMatters) {
  for (const Example& example : Examples()) {
    EXPECT_EQ(FactsOf(ExampleStage(example.type, example.active)).reads_signs,
              example.gauge_dependent)
        << example.type;
  }
}

TEST(StageFacts, NeutralStagesChangeNothing) {
  Random random(2);
  ForRandomStages([&](const StageConfig& stage, const StageFacts& facts) {
    if (!facts.neutral) return;
    const FactsRow row = SomeRow(random);
    EXPECT_EQ(Left(stage, row), row);
  });
}

TEST(StageFacts, OnlyTheHistoryOfTheFactsMatters) {
  Random random(3);
  ForRandomStages([&](const StageConfig& stage, const StageFacts& facts) {
    if (facts.reads_phases) return;  // Where these stand, any token may say.
    const FactsRow row = SomeRow(random);
    FactsText other;
    const bool any = !facts.history.has_value();
    if (any || facts.history->scope == Scope::kOutput) {
      other.prompt = {7, 7, 8, 9, 10};
    }
    if (any || facts.history->scope == Scope::kPrompt) {
      other.output = {11, 12, 11, 12, 11, 12, 13, 14, 13};
    }
    EXPECT_EQ(Left(stage, row), Left(stage, row, other));
  });
}

TEST(StageFacts, StagesThatEditWhatWasSeenEditNothingElse) {
  Random random(4);
  ForRandomStages([&](const StageConfig& stage, const StageFacts& facts) {
    if (!facts.edits_seen) return;
    const FactsText text;
    const FactsRow row = SomeRow(random);
    const FactsRow left = Left(stage, row);
    if (left == FactsRow(kFactsWidth, -kFactsInfinity))
      return;  // An edit overflowed.
    for (std::size_t i = 0; i < row.size(); ++i) {
      const auto id = static_cast<std::int32_t>(i);
      const auto in = [&](const std::vector<std::int32_t>& tokens) {
        return std::count(tokens.begin(), tokens.end(), id) > 0;
      };
      if (in(text.prompt) || in(text.output)) continue;
      EXPECT_EQ(left[i], row[i]);
    }
  });
}

TEST(StageFacts, CutsByRankKeepTheFirstOfTheTotalOrder) {
  Random random(6);
  ForRandomStages([&](const StageConfig& stage, const StageFacts& facts) {
    if (!facts.keeps_a_prefix) return;
    // Ties: the higher id goes first.
    FactsRow row = SomeRow(random);
    row[20] = row[4];
    const FactsRow left = Left(stage, row);
    for (std::size_t kept = 0; kept < row.size(); ++kept) {
      if (std::isinf(left[kept])) continue;
      for (std::size_t gone = 0; gone < row.size(); ++gone) {
        if (!std::isinf(left[gone])) continue;
        EXPECT_TRUE(row[kept] > row[gone] ||
                    (row[kept] == row[gone] && kept < gone));
      }
    }
  });
}

TEST(StageFacts, TemperaturesLieInTheirRange) {
  Random random(7);
  ForRandomStages([&](const StageConfig& stage, const StageFacts& facts) {
    if (!facts.temperature.has_value()) return;
    const auto [low, high] = *facts.temperature;
    const FactsRow row = SomeRow(random);
    const FactsRow left = Left(stage, row);
    if (high == 0.0) {
      EXPECT_EQ(std::count_if(left.begin(), left.end(),
                              [](double x) { return std::isfinite(x); }),
                1);
    }
    if (low <= 1e-3 || high >= 1e100) return;  // Infinities and zeros.
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (!std::isfinite(row[i]) || row[i] == 0.0) continue;
      EXPECT_GE(row[i] / left[i], low * (1 - 1e-12));
      EXPECT_LE(row[i] / left[i], high * (1 + 1e-12));
    }
  });
}

TEST(StageFacts, BansAndAllowedTokensAreThoseThatGoAndStay) {
  Random random(8);
  int banned = 0;
  ForRandomStages([&](const StageConfig& stage, const StageFacts& facts) {
    const FactsRow row = RandomRow(random, kFactsWidth);
    const FactsRow left = Left(stage, row);
    for (const std::int32_t id : facts.bans) {
      EXPECT_EQ(left[static_cast<std::size_t>(id)], -kFactsInfinity);
      ++banned;
    }
    if (!facts.allows.has_value()) return;
    for (std::int32_t id = 0; id < kFactsWidth; ++id) {
      EXPECT_EQ(
          std::isfinite(left[static_cast<std::size_t>(id)]),
          std::binary_search(facts.allows->begin(), facts.allows->end(), id));
    }
  });
  EXPECT_GT(banned, 0);
}

TEST(StageFacts, InputsAreThoseThatAStageAsksFor) {
  ForRandomStages([&](const StageConfig& stage, const StageFacts& facts) {
    const Pipeline pipeline =
        Pipeline::Create(ChainWith(stage), kFactsWidth).value();
    EXPECT_EQ(pipeline.CheckInputs(StepInputs{}).ok(),
              !facts.reads_unconditional && !facts.reads_uniform);
    EXPECT_EQ(facts.reads_mask, stage.type == "mask");
  });
}

TEST(StageFacts, DrawsUseTheNumbersThatTheySay) {
  ForRandomStages([&](const StageConfig& stage, const StageFacts& facts) {
    if (GroupOf(stage) != StageGroup::kDraw) {
      EXPECT_EQ(facts.draws_by, DrawBy::kNothing);
      return;
    }
    const Pipeline pipeline =
        Pipeline::Create(ChainWith(stage), kFactsWidth).value();
    const Sequence sequence = pipeline.NewSequence({.seed = 7}).value();
    StepInputs inputs;
    inputs.uniform = 0.5;
    Workspace workspace;
    const FactsRow row(kFactsWidth, 1.0);
    const Token token = pipeline.Sample(absl::MakeConstSpan(row), sequence,
                                        workspace, pipeline.OnlyRead(inputs));
    ASSERT_EQ(token.status, RowStatus::kOk);
    EXPECT_EQ(token.bits != 0, facts.draws_by == DrawBy::kMassById ||
                                   facts.draws_by == DrawBy::kMassByRank);
  });
}

TEST(FactsOf, AreTheCarefulOnesOfAStageThatIsNotRight) {
  for (const StageConfig& wrong :
       {StageConfig{"no_such_stage"}, StageConfig{"temperature"},
        StageConfig{"top_k", {{"k", "many"}}},
        StageConfig{"repetition_penalty", {{"penalty", -1.0}}}}) {
    const StageFacts facts = FactsOf(wrong);
    EXPECT_FALSE(facts.neutral) << wrong.type;
    EXPECT_FALSE(facts.history.has_value()) << wrong.type;
    EXPECT_FALSE(facts.head.has_value()) << wrong.type;
  }
  EXPECT_EQ(GroupOf(StageConfig{"no_such_stage"}), StageGroup::kEdit);
}

}  // namespace
}  // namespace sampler::stage_facts_test
