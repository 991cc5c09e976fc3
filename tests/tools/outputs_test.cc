// What the commands write: never over what they read, over a device, a pipe, a
// folder or a link; whole or not at all, whatever ends the process.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tests/tools/tool.h"

namespace sampler::tools {
namespace {

namespace fs = std::filesystem;

class OutputsTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = absl::StrCat(testing::TempDir(), "/outputs.XXXXXX");
    ASSERT_NE(mkdtemp(folder_.data()), nullptr);
    fs::copy_file(StoryLog(), Path("log.safetensors"));
    settings_ = WriteTemporary("settings", "{\"temperature\": 0.5}");
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::string Path(absl::string_view name) const {
    return absl::StrCat(folder_, "/", name);
  }

  // A command line of every command that writes, with `out` as what it writes.
  std::vector<std::vector<std::string>> Writers(const std::string& out) const {
    const std::string log = Path("log.safetensors");
    return {{"convert", log, out, "--to", "safetensors", "-q"},
            {"convert", log, out, "--to", "npy", "-q"},
            {"convert", log, out, "--to", "llama", "-q"},
            {"convert", log, out, "--to", "safetensors", "--top-k", "5", "-q"},
            {"import", "llama.cpp", settings_, "-q", "-o", out}};
  }

  // What is in the folder beside the log.
  std::vector<std::string> Others() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder_)) {
      names.push_back(entry.path().filename());
    }
    std::erase(names, "log.safetensors");
    std::sort(names.begin(), names.end());
    return names;
  }

  // Returns true if the folder's file system has files without a name, of which
  // SIGKILL leaves nothing either.
  bool HasNamelessFiles() const {
    const int file = open(folder_.c_str(), O_TMPFILE | O_RDWR, 0600);
    if (file >= 0) close(file);
    return file >= 0;
  }

  std::string settings_;

 private:
  std::string folder_;
};

std::vector<std::string> WithForce(std::vector<std::string> arguments) {
  arguments.push_back("--force");
  return arguments;
}

// Starts the tool with the output nowhere; `prepare` runs in the new process.
pid_t Start(const std::vector<std::string>& arguments,
            const std::function<void()>& prepare) {
  const pid_t child = fork();
  if (child != 0) return child;
  prepare();
  const int null = open("/dev/null", O_RDWR);
  dup2(null, STDOUT_FILENO);
  dup2(null, STDERR_FILENO);
  std::vector<char*> argv = {const_cast<char*>(SAMPLER_TOOL)};
  for (const std::string& argument : arguments) {
    argv.push_back(const_cast<char*>(argument.c_str()));
  }
  argv.push_back(nullptr);
  execv(SAMPLER_TOOL, argv.data());
  _exit(127);
}

void LimitTo(int resource, rlim_t bytes) {
  const rlimit limit = {bytes, bytes};
  setrlimit(static_cast<__rlimit_resource>(resource), &limit);
}

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

// Every size of a file up to that of the output, in steps: an error, and
// nothing left.
TEST_F(OutputsTest, AFullDiskIsAnErrorAndLeavesNothing) {
  const std::string log = MakeLog({{1, 2, 3}, {3, 2, 1}, {2, 2, 1}}, {0, 1, 2});
  for (const std::vector<std::string>& more :
       {std::vector<std::string>{"--to", "safetensors"},
        {"--to", "npy"},
        {"--to", "llama"},
        {"--to", "safetensors", "--top-k", "2"}}) {
    std::vector<std::string> arguments = {"convert", log, Path("out"), "-q"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    ASSERT_EQ(RunTool(arguments).exit_code, 0);
    const auto size = static_cast<rlim_t>(fs::file_size(Path("out")));
    fs::remove(Path("out"));
    for (rlim_t limit = 0; limit < size; limit += 37) {
      const pid_t child =
          Start(arguments, [&] { LimitTo(RLIMIT_FSIZE, limit); });
      int status = 0;
      waitpid(child, &status, 0);
      ASSERT_TRUE(WIFEXITED(status)) << "signal " << WTERMSIG(status);
      ASSERT_EQ(WEXITSTATUS(status), 2) << limit;
      ASSERT_TRUE(Others().empty()) << Others()[0];
    }
  }
}

// A signal at many moments of a conversion: all of the file, or nothing.
TEST_F(OutputsTest, SignalsLeaveAllOrNothing) {
  const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGKILL};
  int ended = 0;
  for (int trial = 0; trial < 40; ++trial) {
    const int signal = signals[trial % 5];
    std::vector<std::string> arguments =
        Writers(Path("out"))[static_cast<std::size_t>(trial) % 4];
    const bool force = trial % 2 == 1;
    if (force) arguments.push_back("--force");
    const pid_t child =
        Start(arguments, [] { LimitTo(RLIMIT_CORE, /*bytes=*/0); });
    ASSERT_GT(child, 0);
    usleep(static_cast<unsigned>(trial) * 1'500);
    kill(child, signal);
    int status = 0;
    waitpid(child, &status, 0);
    if (WIFSIGNALED(status)) {
      EXPECT_EQ(WTERMSIG(status), signal);
      ++ended;
    }
    const bool may_leave_one = signal == SIGKILL && !HasNamelessFiles();
    for (const std::string& name : Others()) {
      if (name == "out") continue;
      EXPECT_TRUE(may_leave_one) << name << " after signal " << signal;
      fs::remove(Path(name));
    }
    if (fs::exists(Path("out"))) {
      EXPECT_EQ(RunTool({"inspect", Path("out"), "-q"}).exit_code, 0);
    }
    // What stays blocks no run, and the hint is true.
    EXPECT_EQ(RunTool(WithForce(Writers(Path("out"))[0])).exit_code, 0);
    fs::remove(Path("out"));
  }
  EXPECT_GT(ended, 0);
}

TEST_F(OutputsTest, OfTwoConversionsOneSucceeds) {
  for (int trial = 0; trial < 30; ++trial) {
    const std::string out = Path("out");
    const std::string command =
        absl::StrCat("( ", SAMPLER_TOOL, " convert ", StoryLog(), " ", out,
                     " --to safetensors -q >/dev/null 2>&1; echo $? ) & ( ",
                     SAMPLER_TOOL, " convert ", StoryLog(), " ", out,
                     " --to npy -q >/dev/null 2>&1; echo $? ); wait");
    const ToolResult result = RunProgram("/bin/sh", {"-c", command});
    std::vector<std::string> codes = Lines(result.out);
    std::sort(codes.begin(), codes.end());
    EXPECT_EQ(codes, (std::vector<std::string>{"0", "2"}));
    EXPECT_EQ(Others(), std::vector<std::string>{"out"});
    fs::remove(out);
  }
}

}  // namespace
}  // namespace sampler::tools
