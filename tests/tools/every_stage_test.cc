// Every stage type through every door: alone, with every truncation, in both
// modes of random numbers; every preset; every importer. The chains are made
// from the registry, so a type added tomorrow is among them. Run by
// AddressSanitizer and UndefinedBehaviorSanitizer (.ci/run).

#include <algorithm>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gtest/gtest.h"
#include "sampler/config.h"
#include "sampler/importers/field_table.h"
#include "sampler/importers/importer.h"
#include "sampler/presets.h"
#include "sampler/stages/registry.h"
#include "tests/support/stage_chains.h"
#include "tests/support/test_share.h"
#include "tests/tools/doors.h"
#include "tests/tools/in_process.h"
#include "tests/tools/tool.h"

namespace sampler::tools {
namespace {

// All of the chains, or, where a small share is run, some that the name picks.
std::vector<PipelineConfig> SomeOf(std::vector<PipelineConfig> chains,
                                   const std::string& name) {
  std::seed_seq seed(name.begin(), name.end());
  std::shuffle(chains.begin(), chains.end(), std::mt19937(seed));
  const int some = ShareBelowATenth(static_cast<int>(chains.size()));
  chains.erase(chains.begin() + some, chains.end());
  return chains;
}

class EveryStage : public testing::TestWithParam<std::string> {
 protected:
  const StageType& type() const {
    return *StageRegistry::BuiltIn().Find(GetParam());
  }
  Doors doors_;
};

TEST_P(EveryStage, GivesOneTokenThroughEveryDoor) {
  for (const StageConfig& stage : StagesOf(type(), /*random=*/3)) {
    doors_.Enter(ChainOf({stage}, Rng::kHouse), Doors::Extent::kAll);
    doors_.Enter(ChainOf({stage}, Rng::kLlamaCpp), Doors::Extent::kAll);
  }
  EXPECT_GT(doors_.sampled(), 0);
}

TEST_P(EveryStage, GivesOneTokenBesideEveryTruncation) {
  int turn = 0;
  for (const StageConfig& stage : StagesOf(type(), /*random=*/1)) {
    const Rng rng = ++turn % 3 == 0 ? Rng::kLlamaCpp : Rng::kHouse;
    for (const PipelineConfig& chain :
         SomeOf(ChainsWithTruncations(stage, rng), GetParam())) {
      doors_.Enter(chain, Doors::Extent::kTurns);
    }
  }
  EXPECT_GT(doors_.sampled(), 0);
}

TEST_P(EveryStage, IsRefusedAlikeWithoutItsParameters) {
  for (const Rng rng : {Rng::kHouse, Rng::kLlamaCpp}) {
    doors_.Enter(ChainOf({{GetParam()}}, rng), Doors::Extent::kAll);
  }
  EXPECT_EQ(doors_.sampled() + doors_.refused(), 2);
}

INSTANTIATE_TEST_SUITE_P(Registry, EveryStage, testing::ValuesIn(StageNames()),
                         [](const auto& test) { return test.param; });

TEST(EveryPreset, GivesOneTokenThroughEveryDoor) {
  Doors doors;
  int presets = 0;
  for (const Preset& preset : Presets()) {
    const auto config = ParseConfig(preset.json, kChainVocabulary);
    ASSERT_TRUE(config.ok()) << config.status();
    doors.Enter(*config, Doors::Extent::kAll);
    ++presets;
  }
  EXPECT_EQ(doors.sampled(), presets);
}

// Bodies with one field of a runtime: what the library makes of them is what
// the tool prints, and can be sampled.
class EveryImporter : public testing::TestWithParam<std::string> {};

std::vector<std::string> ImporterNames() {
  const auto names = importers::RuntimeNames();
  return {names.begin(), names.end()};
}

// A body that sets the field, to the first of some values that it takes.
// Bodies that set the field, one for every value that it takes.
std::vector<std::string> Bodies(const importers::Field& field) {
  const std::vector<Value> values = {
      0.5,
      std::int64_t{2},
      true,
      std::string("top_k"),
      Value::List{std::int64_t{1}, std::int64_t{2}},
      Value::List{std::string("top_k")},
      Value::Object{{"5", 1.5}},
      Value()};
  std::vector<std::string> bodies;
  for (const Value& value : values) {
    if (!importers::WantedInstead(field, value).empty()) continue;
    bodies.push_back(
        absl::StrCat("{\"", field.name, "\": ", ToText(value), "}"));
  }
  return bodies;
}

// Imports a body by the library and the tool, which must agree.
std::optional<PipelineConfig> ImportTwice(const std::string& runtime,
                                          const std::string& body) {
  const auto imported = importers::Import(runtime, body);
  const ToolResult tool =
      RunInProcess({"import", runtime, WriteTemporary("body.json", body)});
  EXPECT_EQ(tool.exit_code, imported.ok() ? 0 : 2) << tool.err;
  if (!imported.ok()) {
    for (const std::string& line : Lines(imported.status().message())) {
      EXPECT_TRUE(Says(tool.err, line));
    }
    return std::nullopt;
  }
  const auto printed = ParseConfig(tool.out, kChainVocabulary);
  EXPECT_TRUE(printed.ok()) << printed.status();
  if (!printed.ok()) return std::nullopt;
  EXPECT_EQ(*printed, imported->config);
  return *printed;
}

TEST_P(EveryImporter, LeadsThroughEveryDoor) {
  std::vector<PipelineConfig> entered;
  for (const importers::RuntimeInfo& runtime : importers::Runtimes()) {
    if (runtime.name != GetParam()) continue;
    for (const importers::Field& field : *runtime.fields) {
      for (const std::string& body : Bodies(field)) {
        SCOPED_TRACE(body);
        const auto config = ImportTwice(GetParam(), body);
        if (!config.has_value() || std::find(entered.begin(), entered.end(),
                                             *config) != entered.end()) {
          continue;
        }
        entered.push_back(*config);
      }
    }
  }
  Doors doors;
  for (const PipelineConfig& config : SomeOf(std::move(entered), GetParam())) {
    doors.Enter(config, Doors::Extent::kTurns);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Runtimes, EveryImporter, testing::ValuesIn(ImporterNames()),
    [](const auto& test) {
      return absl::StrReplaceAll(test.param, {{".", "_"}, {"-", "_"}});
    });

}  // namespace
}  // namespace sampler::tools
