// Standard streams that are closed, full or gone: an error that says so, and
// never a file in their place.

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/tools/tool.h"

namespace sampler::tools {
namespace {

// The tool with `arguments`, its streams redirected by the shell.
ToolResult Shell(const std::string& arguments, const std::string& redirects) {
  return RunProgram("/bin/sh", {"-c", absl::StrCat("exec ", SAMPLER_TOOL, " ",
                                                   arguments, " ", redirects)});
}

std::vector<std::string> Printers() {
  const std::string log = StoryLog();
  return {"--help",
          "--version",
          "replay --help",
          absl::StrCat("inspect ", log),
          absl::StrCat("inspect ", log, " --json"),
          absl::StrCat("replay ", log, " --greedy --csv -q"),
          absl::StrCat("replay ", log, " --greedy --jsonl -q"),
          absl::StrCat("explain ", log, " --greedy --row 1"),
          "validate --schema",
          "validate balanced",
          "import llama.cpp --text '--temp 1' -q",
          absl::StrCat("convert ", log, " - --to npy -q")};
}

TEST(Process, OutputThatIsLostIsAnError) {
  for (const std::string& arguments : Printers()) {
    for (const char* redirect : {">/dev/full", ">&-"}) {
      const ToolResult result = Shell(arguments, redirect);
      EXPECT_EQ(result.exit_code, 2) << arguments << redirect;
      EXPECT_TRUE(Says(result.err, "error: standard output: "))
          << arguments << redirect;
    }
  }
}

TEST(Process, AStandardInputThatIsNotThereHasItsName) {
  for (const char* arguments :
       {"inspect -", "replay - --greedy", "explain - --greedy --row 0",
        "import llama.cpp -"}) {
    for (const char* redirect : {"<&-", "</dev/null", "</"}) {
      const ToolResult result = Shell(arguments, redirect);
      EXPECT_EQ(result.exit_code, 2) << arguments << redirect;
      EXPECT_EQ(result.out, "");
      EXPECT_TRUE(Says(result.err, "standard input")) << arguments << redirect;
      EXPECT_FALSE(absl::StrContains(result.err, "/proc")) << result.err;
      EXPECT_FALSE(absl::StrContains(result.err, "/tmp")) << result.err;
    }
  }
}

// Warnings are not written into the file that is opened next.
TEST(Process, NoFileTakesThePlaceOfAClosedStream) {
  const std::string whole = WriteTemporary("whole.kld", "");
  const std::string out = WriteTemporary("out.kld", "");
  std::filesystem::remove(whole);
  std::filesystem::remove(out);
  ASSERT_EQ(RunTool({"convert", StoryLog(), whole, "-q"}).exit_code, 0);
  EXPECT_EQ(
      Shell(absl::StrCat("convert ", StoryLog(), " ", out), ">&- 2>&- <&-")
          .exit_code,
      2);
  EXPECT_TRUE(ReadAll(out) == ReadAll(whole));
}

}  // namespace
}  // namespace sampler::tools
