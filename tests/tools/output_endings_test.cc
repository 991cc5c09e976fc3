// What the commands write appears whole or not at all, whatever ends the
// process.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/tools/outputs_fixture.h"
#include "tests/tools/process/become.h"
#include "tests/tools/tool.h"

namespace sampler::tools {
namespace {

namespace fs = std::filesystem;

// Starts the tool with the output nowhere; `prepare` runs in the new process.
pid_t Start(const std::vector<std::string>& arguments,
            const std::function<void()>& prepare) {
  const pid_t child = fork();
  if (child != 0) return child;
  prepare();
  const int null = open("/dev/null", O_RDWR);
  dup2(null, STDOUT_FILENO);
  dup2(null, STDERR_FILENO);
  Become(SAMPLER_TOOL, arguments);
}

void LimitTo(int resource, rlim_t bytes) {
  const rlimit limit = {bytes, bytes};
  setrlimit(static_cast<__rlimit_resource>(resource), &limit);
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
