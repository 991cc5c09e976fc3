// What `sampler` says when it is asked for nothing: what one can do with it,
// each with an example that runs.

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gtest/gtest.h"
#include "tests/tools/tool.h"

namespace sampler::tools {
namespace {

namespace fs = std::filesystem;

// The lines that are examples.
std::vector<std::string> Examples() {
  const ToolResult result = RunTool({});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.err, "");
  std::vector<std::string> examples;
  for (const std::string& line : Lines(result.out)) {
    if (absl::StartsWith(line, "  sampler ")) examples.push_back(line);
  }
  return examples;
}

TEST(Tour, ShowsAnExampleOfEveryCommand) {
  std::string shown;
  for (const std::string& example : Examples()) shown += example + "\n";
  for (const char* command :
       {"inspect", "replay", "explain", "compare", "sweep", "verify", "vectors",
        "import", "validate", "convert", "detect"}) {
    EXPECT_TRUE(Says(shown, absl::StrCat("  sampler ", command, " ")));
  }
}

TEST(Tour, ItsExamplesRun) {
  std::string folder = absl::StrCat(testing::TempDir(), "/tour.XXXXXX");
  ASSERT_NE(mkdtemp(folder.data()), nullptr);
  ASSERT_EQ(
      std::system(absl::StrCat("sh '", DataFile("tour.sh"), "' '", folder, "'")
                      .c_str()),
      0);
  for (const std::string& example : Examples()) {
    const std::string command = absl::StrReplaceAll(
        example, {{"  sampler ", absl::StrCat("'", SAMPLER_TOOL, "' ")}});
    EXPECT_EQ(std::system(absl::StrCat("cd '", folder, "' && { ", command,
                                       "; } >out 2>err")
                              .c_str()),
              0)
        << example << "\n"
        << ReadAll(folder + "/err");
  }
  fs::remove_all(folder);
}

}  // namespace
}  // namespace sampler::tools
