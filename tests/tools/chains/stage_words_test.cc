// The tables of the tools that are keyed by a stage's name: each has a row for
// every stage it must know, and none for a stage that does not exist.

#include "tools/chains/stage_words.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "gtest/gtest.h"
#include "sampler/config.h"
#include "sampler/stage_lookup.h"
#include "sampler/stages/registry.h"
#include "tools/options/config_flag_rules.h"

namespace sampler::tools {
namespace {

bool HasParameter(const StageType& type, absl::string_view name) {
  return std::any_of(type.parameters.begin(), type.parameters.end(),
                     [&](const Parameter& p) { return p.name() == name; });
}

TEST(StageWordsTest, EveryStageHasItsRow) {
  std::vector<std::string> known;
  for (const StageWords& words : AllStageWords()) {
    known.emplace_back(words.type);
  }
  std::vector<std::string> registered;
  for (const absl::string_view name : StageRegistry::BuiltIn().names()) {
    registered.emplace_back(name);
  }
  std::sort(known.begin(), known.end());
  std::sort(registered.begin(), registered.end());
  EXPECT_EQ(known, registered);
  EXPECT_EQ(WordsOf("a_stage_of_the_user"), nullptr);
}

TEST(FlagRulesTest, EveryFlagSetsAParameterThatItsStageHas) {
  for (const FlagRule& rule : FlagRules()) {
    if (rule.kind == FlagKind::kPenaltyWindow) continue;
    const StageType* const type = StageRegistry::BuiltIn().Find(rule.stage);
    ASSERT_NE(type, nullptr) << rule.help.name;
    if (rule.kind == FlagKind::kGreedy) continue;
    EXPECT_TRUE(HasParameter(*type, rule.parameter)) << rule.help.name;
  }
}

TEST(FlagRulesTest, TheHelpOfPenaltiesNamesTheTokensThatCount) {
  int penalties = 0;
  for (const FlagRule& rule : FlagRules()) {
    if (absl::string_view(rule.parameter) != "penalty") continue;
    ++penalties;
    const auto facts = FactsOf({rule.stage, {{"penalty", 1.5}}});
    ASSERT_TRUE(facts.history.has_value()) << rule.help.name;
    const bool both = facts.history->scope == Scope::kBoth;
    EXPECT_TRUE(absl::StrContains(rule.help.help,
                                  both ? "prompt and output" : "the output"))
        << rule.help.name;
  }
  EXPECT_EQ(penalties, 3);
}

TEST(FlagRulesTest, EveryPenaltyThatSharesTheWindowHasOne) {
  for (const std::string& name : PenaltiesWithWindow()) {
    const StageType* const type = StageRegistry::BuiltIn().Find(name);
    ASSERT_NE(type, nullptr) << name;
    EXPECT_TRUE(HasParameter(*type, "window")) << name;
  }
}

}  // namespace
}  // namespace sampler::tools
