// What the commands write: never over what they read, over a device, a pipe, a
// folder or a link.

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/str_join.h"
#include "tests/tools/outputs_fixture.h"
#include "tests/tools/tool.h"

namespace sampler::tools {
namespace {

namespace fs = std::filesystem;

TEST_F(OutputsTest, NothingButRegularFilesIsReplaced) {
  ASSERT_EQ(mkfifo(Path("pipe").c_str(), 0600), 0);
  fs::create_directory(Path("folder"));
  fs::create_symlink(Path("target"), Path("dangling"));
  fs::create_symlink(Path("loop"), Path("loop"));
  WriteTemporary("target", "precious");
  fs::create_symlink(settings_, Path("link"));
  const std::vector<std::string> before = Others();
  for (const char* name :
       {"/dev/null", "/dev/full", "pipe", "folder", "folder/", "dangling",
        "loop", "link", "new/", "loop/below", "no/such/folder"}) {
    const std::string out = name[0] == '/' ? name : Path(name);
    for (const std::vector<std::string>& arguments : Writers(out)) {
      for (const auto& line : {arguments, WithForce(arguments)}) {
        const ToolResult result = RunTool(line);
        EXPECT_EQ(result.exit_code, 2) << absl::StrJoin(line, " ");
        EXPECT_EQ(result.out, "");
        EXPECT_TRUE(Says(result.err, out));
      }
    }
  }
  EXPECT_EQ(Others(), before);
  EXPECT_EQ(ReadAll(settings_), "{\"temperature\": 0.5}");
}

TEST_F(OutputsTest, AFileIsReplacedOnlyOnRequestAndKeepsItsPermissions) {
  for (const mode_t mode : {0600u, 0640u, 0666u}) {
    const std::string out = Path("old");
    for (const std::vector<std::string>& arguments : Writers(out)) {
      fs::remove(out);
      fs::copy_file(settings_, out);
      ASSERT_EQ(chmod(out.c_str(), mode), 0);
      ToolResult result = RunTool(arguments);
      EXPECT_EQ(result.exit_code, 2);
      EXPECT_TRUE(Says(result.err, "exists already"));
      EXPECT_TRUE(Says(result.err, "hint: --force replaces it"));
      EXPECT_EQ(ReadAll(out), ReadAll(settings_));
      result = RunTool(WithForce(arguments));
      EXPECT_EQ(result.exit_code, 0) << result.err;
      EXPECT_NE(ReadAll(out), ReadAll(settings_));
      struct stat info;
      ASSERT_EQ(stat(out.c_str(), &info), 0);
      EXPECT_EQ(info.st_mode & 07777, mode);
      EXPECT_EQ(Others(), std::vector<std::string>{"old"});
    }
  }
}

TEST_F(OutputsTest, WhatIsReadIsNotWritten) {
  const std::string log = Path("log.safetensors");
  const std::string tokens = Path("tokens.txt");
  fs::copy_file(WriteTemporary("ids", "1 2 3"), tokens);
  fs::create_hard_link(log, Path("hard"));
  fs::create_symlink(log, Path("link"));
  fs::create_hard_link(settings_, Path("settings"));
  const std::string before = ReadAll(log);
  const std::vector<std::vector<std::string>> lines = {
      {"convert", log, log},
      {"convert", log, Path("./log.safetensors")},
      {"convert", log, Path("hard"), "--to", "npy"},
      {"convert", Path("link"), log},
      {"convert", Path("link"), Path("link"), "--to", "npy"},
      {"convert", log, tokens, "--to", "npy", "--tokens", tokens},
      {"convert", log, tokens, "--to", "npy", "--prompt-tokens", tokens},
      {"convert", log, log, "--recover"},
      {"import", "llama.cpp", settings_, "-o", Path("settings")},
      {"import", "llama.cpp", "--text", "--temp 1", "--vocab-file", tokens,
       "-o", tokens}};
  for (const std::vector<std::string>& line : lines) {
    for (const auto& arguments : {line, WithForce(line)}) {
      const ToolResult result = RunTool(arguments);
      EXPECT_EQ(result.exit_code, 2) << absl::StrJoin(arguments, " ");
      EXPECT_TRUE(Says(result.err, "want"));
    }
  }
  EXPECT_TRUE(ReadAll(log) == before);
  EXPECT_EQ(ReadAll(tokens), "1 2 3");
  EXPECT_EQ(ReadAll(settings_), "{\"temperature\": 0.5}");
}

TEST_F(OutputsTest, ADashIsStandardOutput) {
  for (const char* format : {"safetensors", "npy", "llama"}) {
    const std::string file = Path("file");
    ASSERT_EQ(
        RunTool({"convert", StoryLog(), file, "--to", format, "-q"}).exit_code,
        0);
    const ToolResult piped =
        RunTool({"convert", StoryLog(), "-", "--to", format});
    EXPECT_EQ(piped.exit_code, 0) << piped.err;
    EXPECT_TRUE(piped.out == ReadAll(file));
    EXPECT_TRUE(Says(piped.err, "standard output: "));
    fs::remove(file);
  }
  ToolResult result = RunTool({"convert", StoryLog(), "-"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_TRUE(Says(result.err, "standard output: got a name of no format"));
  result = RunTool({"convert", StoryLog(), "-", "--to", "npy", "--json"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_TRUE(Says(result.err, "standard output holds one of the two"));
  result = RunTool({"import", "llama.cpp", settings_, "-o", "-", "-q"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_TRUE(Says(result.out, "\"temperature\""));
  EXPECT_FALSE(fs::exists("-"));
}

TEST_F(OutputsTest, TheLongestNamesWork) {
  for (const auto& arguments : Writers(Path(std::string(255, 'n')))) {
    EXPECT_EQ(RunTool(arguments).exit_code, 0);
    EXPECT_EQ(RunTool(WithForce(arguments)).exit_code, 0);
    EXPECT_EQ(Others(), std::vector<std::string>{std::string(255, 'n')});
    fs::remove(Path(std::string(255, 'n')));
  }
  for (const auto& arguments : Writers(Path(std::string(256, 'n')))) {
    const ToolResult result = RunTool(arguments);
    EXPECT_EQ(result.exit_code, 2);
    EXPECT_TRUE(Says(result.err, "too long"));
  }
  EXPECT_TRUE(Others().empty());
}

}  // namespace
}  // namespace sampler::tools
