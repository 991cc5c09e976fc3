// Every file in configs/ is a preset that loads, runs and round-trips.

#include "sampler/presets.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "sampler/config.h"
#include "sampler/logs/log.h"
#include "sampler/pipeline.h"
#include "tests/tools/tool.h"
#include "tools/options/spelt_config.h"

namespace sampler::tools {
namespace {

const std::string& Folder() {
  static const auto& folder =
      *new std::string(absl::StrCat(SAMPLER_SOURCE_DIR, "/configs"));
  return folder;
}

TEST(PresetsTest, AreTheFilesOfTheFolder) {
  std::set<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(Folder())) {
    if (entry.path().extension() == ".json" &&
        entry.path().filename() != "schema.json") {
      files.insert(entry.path().stem());
    }
  }
  std::set<std::string> presets;
  for (const Preset& preset : Presets()) {
    presets.insert(std::string(preset.name));
    EXPECT_EQ(preset.json,
              ReadAll(absl::StrCat(Folder(), "/", preset.name, ".json")));
  }
  EXPECT_EQ(presets, files);
}

TEST(PresetsTest, RoundTripAndSayWhatTheyAreFor) {
  for (const Preset& preset : Presets()) {
    const auto config = ParseConfig(preset.json);
    ASSERT_TRUE(config.ok()) << preset.name << ": " << config.status();
    const auto again = ParseConfig(ToJson(*config));
    ASSERT_TRUE(again.ok()) << preset.name << ": " << again.status();
    EXPECT_EQ(*again, *config) << preset.name;
    EXPECT_EQ(config->schema, "./schema.json") << preset.name;
    EXPECT_FALSE(config->description.empty()) << preset.name;
    EXPECT_FALSE(absl::StrContains(config->description, "\n")) << preset.name;
  }
}

TEST(PresetsTest, RunOnTheShippedLog) {
  const auto log = logs::Log::Open(StoryLog());
  ASSERT_TRUE(log.ok()) << log.status();
  for (const Preset& preset : Presets()) {
    const auto config = ParseConfig(preset.json);
    ASSERT_TRUE(config.ok());
    const auto pipeline = Pipeline::Create(*config, (*log)->vocabulary_size());
    ASSERT_TRUE(pipeline.ok()) << preset.name << ": " << pipeline.status();
    auto sequence = Sequence::Create((*log)->vocabulary_size(), {.seed = 1});
    ASSERT_TRUE(sequence.ok());
    Workspace workspace;
    logs::RowBuffer buffer;
    for (std::int64_t row = 0; row < 4; ++row) {
      const Token token =
          pipeline->Sample(*(*log)->Row(row, buffer), *sequence, workspace);
      ASSERT_EQ(token.status, RowStatus::kOk) << preset.name;
      ASSERT_TRUE(sequence->AcceptId(token.id).ok());
    }
  }
}

// The stages that run where the phase is open, or where it is not, as stages
// that always run.
std::vector<StageConfig> StagesWhere(const PipelineConfig& config, bool open) {
  const Value in = Value(Value::Object{{"phase", "thinking"}});
  const Value out = Value(Value::Object{{"not", in}});
  std::vector<StageConfig> stages;
  for (StageConfig stage : config.stages) {
    if (stage.when.has_value() && *stage.when != (open ? in : out)) {
      EXPECT_EQ(*stage.when, open ? out : in);
      continue;
    }
    stage.when.reset();
    stages.push_back(std::move(stage));
  }
  return stages;
}

// A vocabulary that has the marks of thinking.
const TokenText& WithMarks() {
  static const auto& text =
      *new TokenText(std::vector<std::optional<std::string>>{
          "<", "think", ">", "/", "a", "<think>", "</think>"});
  return text;
}

PipelineConfig WithTexts(const std::string& json) {
  std::vector<SpeltText> spelt;
  const auto config = ReadSpeltConfig(json, std::nullopt, WithMarks(), spelt);
  EXPECT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(spelt.size(), 2u);
  return config.ok() ? *config : PipelineConfig();
}

TEST(PhasesTest, AreThePresetsOfBothModes) {
  int files = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(Folder() + "/phases")) {
    ++files;
    const std::string name = entry.path().stem();
    const std::string json = ReadAll(entry.path().string());
    // Its marks are texts: without a vocabulary it is no chain.
    EXPECT_FALSE(ParseConfig(json).ok());
    const PipelineConfig config = WithTexts(json);
    EXPECT_EQ(config.schema, "../schema.json");
    EXPECT_EQ(ParseConfig(ToJson(config)).value(), config);
    const auto mode = [](const std::string& preset) {
      return ParseConfig(FindPreset(preset)->json).value().stages;
    };
    EXPECT_EQ(StagesWhere(config, /*open=*/true), mode(name + "-thinking"));
    EXPECT_EQ(StagesWhere(config, /*open=*/false), mode(name));
    EXPECT_TRUE(Pipeline::Create(config, WithMarks().size()).ok()) << name;
    const auto preset = std::find_if(
        TextPresets().begin(), TextPresets().end(),
        [&](const Preset& p) { return p.name == "phases/" + name; });
    ASSERT_NE(preset, TextPresets().end()) << name;
    EXPECT_EQ(preset->json, json);
  }
  EXPECT_EQ(files, std::ssize(TextPresets()));
}

TEST(PresetsTest, TheSchemaIsTheOneOfTheCode) {
  EXPECT_EQ(ReadAll(Folder() + "/schema.json"), ConfigSchema())
      << "run: sampler validate --schema > configs/schema.json";
}

}  // namespace
}  // namespace sampler::tools
