// ParseConfig(ToJson(c)) is c, for random configs made from the registry's
// parameter tables; and no mutation of a text crashes the parser.

#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "sampler/config.h"
#include "sampler/parameters/value.h"
#include "sampler/pipeline.h"
#include "sampler/stages/registry.h"
#include "tests/support/mutated_text.h"
#include "tests/support/random_parameters.h"
#include "tests/support/stage_examples.h"
#include "tests/support/test_share.h"

namespace sampler {
namespace {

std::string RandomText(Random& random) {
  const std::string pieces[] = {
      "a", "\"", "\\", "\n", "\xc3\xa4", "/", "~", "\x01", "\xf0\x9f\x98\x80",
      " "};
  std::string text;
  for (std::uint64_t n = random() % 8; n > 0; --n) {
    text += pieces[random() % std::size(pieces)];
  }
  return text;
}

Value RandomCondition(Random& random, int depth) {
  const auto from = static_cast<std::int64_t>(random() % 9);
  const Value range =
      Value::List{from, random() % 2 == 0 ? Value() : Value(from + 1)};
  switch (random() % (depth > 0 ? 5 : 3)) {
    case 0:
      return Value::Object{{"phase", "answer"}, {"phase_position", range}};
    case 1:
      return Value::Object{{"position", range}};
    case 2:
      return Value::Object{{"phase", "thinking"}};
    case 3:
      return Value::Object{{"not", RandomCondition(random, depth - 1)}};
    default:
      return Value::Object{
          {"any", Value::List{RandomCondition(random, depth - 1)}}};
  }
}

// A random stage whose group `is_wanted` takes.
template <typename F>
StageConfig RandomStage(Random& random, F is_wanted) {
  const std::vector<StageType>& types = StageRegistry::BuiltIn().types();
  while (true) {
    const StageType& type = types[random() % types.size()];
    if (!is_wanted(type)) continue;
    StageConfig stage{std::string(type.name),
                      RandomObject(type.parameters, random)};
    if (type.group != StageGroup::kDraw && random() % 4 == 0) {
      // In place of the parameter of that name, where the type has one.
      stage.parameters.erase("when");
      stage.when = RandomCondition(random, 3);
    }
    PipelineConfig alone = {.phases = SomePhases(), .stages = {stage}};
    if (type.group != StageGroup::kDraw) alone.stages.push_back({"greedy"});
    if (CheckConfig(alone, 100).empty()) return stage;
  }
}

PipelineConfig RandomConfig(Random& random) {
  PipelineConfig config;
  config.schema = RandomText(random);
  config.description = RandomText(random);
  if (random() % 2 == 0) config.seed = random();
  config.phases = SomePhases();
  for (std::uint64_t n = random() % 6; n > 0; --n) {
    config.stages.push_back(RandomStage(random, [=](const StageType& type) {
      return type.group != StageGroup::kDraw && !(type.precedes_draw && n > 1);
    }));
  }
  config.stages.push_back(RandomStage(random, [](const StageType& type) {
    return type.group == StageGroup::kDraw;
  }));
  return config;
}

TEST(ConfigRoundTrip, GivesTheSameConfig) {
  Random random(1);
  for (int i = 0; i < Share(3000); ++i) {
    const PipelineConfig config = RandomConfig(random);
    ASSERT_TRUE(CheckConfig(config, 100).empty()) << ToJson(config);
    const std::string json = ToJson(config);
    const absl::StatusOr<PipelineConfig> parsed = ParseConfig(json, 100);
    ASSERT_TRUE(parsed.ok()) << parsed.status() << "\n" << json;
    ASSERT_TRUE(*parsed == config) << json;
    ASSERT_EQ(ToJson(*parsed), json);
    ASSERT_TRUE(Pipeline::Create(*parsed, 100).ok()) << json;
  }
}

TEST(ToJson, WritesAStageALineInTheOrderOfItsTable) {
  const PipelineConfig config{
      .schema = "s",
      .description = "Two \"words\"",
      .seed = ~std::uint64_t{0},
      .stages = {{"top_p", {{"min_keep", 2}, {"p", 0.95}}}, {"greedy"}}};
  EXPECT_EQ(ToJson(config),
            "{\n"
            "  \"$schema\": \"s\",\n"
            "  \"version\": 1,\n"
            "  \"description\": \"Two \\\"words\\\"\",\n"
            "  \"seed\": 18446744073709551615,\n"
            "  \"stages\": [\n"
            "    {\"type\": \"top_p\", \"p\": 0.95, \"min_keep\": 2},\n"
            "    {\"type\": \"greedy\"}\n"
            "  ]\n"
            "}\n");
}

TEST(ToJson, TakesConfigsThatAreWrong) {
  const PipelineConfig config{
      .description = "\xff",
      .stages = {{"nope",
                  {{"nan", std::numeric_limits<double>::quiet_NaN()},
                   {"list", Value::List{Value(), true, "x"}}}}}};
  EXPECT_TRUE(absl::StrContains(
      ToJson(config),
      R"({"type": "nope", "list": [null,true,"x"], "nan": null})"));
  EXPECT_TRUE(nlohmann::json::accept(ToJson(config)));
  EXPECT_TRUE(nlohmann::json::accept(ToJson(PipelineConfig{})));
}

TEST(ChainText, IsOneLineForPeople) {
  const PipelineConfig config{
      .stages = {
          {"temperature", {{"temperature", 0.8}}},
          {"top_p", {{"min_keep", 2}, {"p", 1.0}}},
          {"suppress_tokens", {{"ids", Value::List{1, 2}}, {"when", "begin"}}},
          {"categorical"}}};
  EXPECT_EQ(ChainText(config),
            "temperature(0.8) -> top_p(1.0, min_keep=2) -> "
            "suppress_tokens([1, 2], when=\"begin\") -> categorical");
  EXPECT_EQ(ChainText({}), "");
}

TEST(ConfigSchema, IsJsonThatNamesEveryStage) {
  const nlohmann::json schema = nlohmann::json::parse(ConfigSchema());
  const auto& stages = schema["properties"]["stages"]["items"]["oneOf"];
  EXPECT_EQ(stages.size(), StageRegistry::BuiltIn().types().size());
}

// ---- Fuzz -------------------------------------------------------------------

TEST(ParseConfig, SurvivesMutationsWithoutACrash) {
  Random random(2);
  const std::string alphabet =
      "{}[]\",:0123456789-+.eEtrufalsn\\/ \n\t\xff\x80";
  int accepted = 0;
  for (int i = 0; i < Share(8000); ++i) {
    const std::string good = ToJson(RandomConfig(random));
    const std::uint64_t changes = 1 + random() % 4;
    const std::string text = MutatedText(good, changes, alphabet, "", random);
    std::vector<JsonProblem> problems;
    const absl::StatusOr<PipelineConfig> config =
        ParseConfig(text, 100, &problems);
    ASSERT_EQ(config.ok(), problems.empty());
    for (const JsonProblem& p : problems) {
      ASSERT_GE(p.line, 1);
      ASSERT_GE(p.column, 1);
      ASSERT_FALSE(absl::StrContains(p.problem.message, "\n"));
      ASSERT_NE(p.problem.message, "");
    }
    if (!config.ok()) continue;
    ++accepted;
    // Whatever is accepted makes a pipeline, and a text again.
    ASSERT_TRUE(Pipeline::Create(*config, 100).ok()) << text;
    const absl::StatusOr<PipelineConfig> again = ParseConfig(ToJson(*config));
    ASSERT_TRUE(again.ok()) << again.status() << text;
    ASSERT_TRUE(*again == *config) << text;
  }
  EXPECT_GT(accepted, 0);
}

}  // namespace
}  // namespace sampler
