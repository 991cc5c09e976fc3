#include "tools/docs/stage_reference.h"

#include <fstream>
#include <sstream>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "sampler/stages/registry.h"

namespace sampler::tools {
namespace {

const char kFolder[] = SAMPLER_SOURCE_DIR "/sampler/stages";

TEST(StageReference, IsTheCommittedPage) {
  const absl::StatusOr<std::string> page =
      StageReference(StageRegistry::BuiltIn(), kFolder);
  ASSERT_TRUE(page.ok()) << page.status();
  std::ifstream file(absl::StrCat(kFolder, "/README.md"));
  std::ostringstream committed;
  committed << file.rdbuf();
  // A difference is mended by: stage-reference sampler/stages >
  // sampler/stages/README.md
  EXPECT_TRUE(committed.str() == *page)
      << "sampler/stages/README.md is not what stage-reference prints";
}

TEST(StageReference, DescribesEveryStageAndParameter) {
  const std::string page =
      StageReference(StageRegistry::BuiltIn(), kFolder).value();
  for (const StageType& type : StageRegistry::BuiltIn().types()) {
    EXPECT_TRUE(absl::StrContains(page, absl::StrCat("\n### ", type.name)));
    for (const Parameter& parameter : type.parameters) {
      EXPECT_TRUE(
          absl::StrContains(page, absl::StrCat("| `", parameter.name(), "` |")))
          << type.name;
    }
  }
}

TEST(StageReference, ListsEveryStageAtAGlance) {
  const std::string page =
      StageReference(StageRegistry::BuiltIn(), kFolder).value();
  EXPECT_TRUE(absl::StrContains(
      page, "| [min_p](#min_p) | l_i >= max l + ln p | `p` `min_keep` |"));
  for (const StageType& type : StageRegistry::BuiltIn().types()) {
    EXPECT_TRUE(absl::StrContains(
        page, absl::StrCat("\n| [", type.name, "](#", type.name, ") | ")));
  }
}

TEST(StageReference, SaysWhichRuntimesHaveAStage) {
  const std::string page =
      StageReference(StageRegistry::BuiltIn(), kFolder).value();
  const auto also_in = [&](absl::string_view stage) {
    const std::size_t begin = page.find(absl::StrCat("\n### ", stage, "\n"));
    const std::string section =
        page.substr(begin, page.find("```text", begin) - begin);
    const std::size_t line = section.find("Also in");
    if (line == std::string::npos) return std::string();
    return section.substr(line, section.find('\n', line) - line);
  };
  EXPECT_EQ(also_in("tail_free"),
            "Also in ([how](../importers/README.md)): aphrodite `tfs`, "
            "koboldcpp `tfs`, textgen `tfs`, exllamav2 `tfs`.");
  EXPECT_TRUE(absl::StrContains(also_in("top_p"), "huggingface `top_p`"));
  EXPECT_FALSE(absl::StrContains(also_in("mirostat"), "samplers"));
  EXPECT_EQ(also_in("arithmetic"), "");
}

TEST(StageReference, SaysWhichHeaderIsMissing) {
  const absl::StatusOr<std::string> page =
      StageReference(StageRegistry::BuiltIn(), "/nowhere");
  EXPECT_EQ(page.status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(
      page.status().message(),
      "/nowhere/edits/logit_bias.h: want a header that begins with a comment");
}

}  // namespace
}  // namespace sampler::tools
