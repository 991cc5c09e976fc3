// Every file in configs/ is a preset that loads, runs and round-trips.

#include "sampler/presets.h"

#include <filesystem>
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

TEST(PhasesTest, AreThePresetsOfBothModes) {
  int files = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(Folder() + "/phases")) {
    ++files;
    const std::string name = entry.path().stem();
    const auto config = ParseConfig(ReadAll(entry.path().string()));
    ASSERT_TRUE(config.ok()) << name << ": " << config.status();
    EXPECT_EQ(config->schema, "../schema.json");
    EXPECT_EQ(ParseConfig(ToJson(*config)).value(), *config);
    const auto mode = [](const std::string& preset) {
      return ParseConfig(FindPreset(preset)->json).value().stages;
    };
    EXPECT_EQ(StagesWhere(*config, /*open=*/true), mode(name + "-thinking"));
    EXPECT_EQ(StagesWhere(*config, /*open=*/false), mode(name));
    // It runs on the vocabulary that its marks are of, and on no smaller one.
    EXPECT_TRUE(Pipeline::Create(*config, 151'936).ok()) << name;
    EXPECT_FALSE(Pipeline::Create(*config, 49'152).ok()) << name;
  }
  EXPECT_GE(files, 1);
}

TEST(PresetsTest, TheSchemaIsTheOneOfTheCode) {
  EXPECT_EQ(ReadAll(Folder() + "/schema.json"), ConfigSchema())
      << "run: sampler validate --schema > configs/schema.json";
}

}  // namespace
}  // namespace sampler::tools
