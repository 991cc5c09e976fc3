// Every file in configs/ is a preset that loads, runs and round-trips.

#include "sampler/presets.h"

#include <filesystem>
#include <set>
#include <string>

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

TEST(PresetsTest, TheSchemaIsTheOneOfTheCode) {
  EXPECT_EQ(ReadAll(Folder() + "/schema.json"), ConfigSchema())
      << "run: sampler validate --schema > configs/schema.json";
}

}  // namespace
}  // namespace sampler::tools
