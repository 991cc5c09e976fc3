// Items come out in order, whatever the threads do, and however many start.

#include "tools/process/ordered_work.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "absl/base/config.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/tools/tool.h"

namespace sampler::tools {
namespace {

struct Number final : WorkItem {
  explicit Number(int n) : value(n) {}
  int value;
  int square = 0;
};

// Squares 0 to 999.
std::vector<int> Squares(int threads) {
  int next = 0;
  std::vector<int> squares;
  RunInOrder({.read = [&]() -> std::unique_ptr<WorkItem> {
                if (next == 1000) return nullptr;
                return std::make_unique<Number>(next++);
              },
              .work =
                  [&](WorkItem& item, int worker) {
                    EXPECT_LT(worker, threads);
                    auto& number = static_cast<Number&>(item);
                    number.square = number.value * number.value;
                  },
              .write =
                  [&](WorkItem& item) {
                    squares.push_back(static_cast<Number&>(item).square);
                  }},
             threads);
  return squares;
}

TEST(OrderedWork, KeepsTheOrder) {
  std::vector<int> expected(1000);
  for (int i = 0; i < 1000; ++i) expected[static_cast<std::size_t>(i)] = i * i;
  for (const int threads : {1, 2, 3, 8, 32}) {
    EXPECT_EQ(Squares(threads), expected);
  }
}

TEST(OrderedWork, ThrowsOnWhatAStepThrows) {
  for (const int threads : {1, 4}) {
    std::atomic<int> read = 0;
    EXPECT_THROW(RunInOrder({.read = [&]() -> std::unique_ptr<WorkItem> {
                               return std::make_unique<Number>(read++);
                             },
                             .work =
                                 [](WorkItem& item, int) {
                                   if (static_cast<Number&>(item).value == 50) {
                                     throw std::runtime_error("fifty");
                                   }
                                 },
                             .write = [](WorkItem&) {}},
                            threads),
                 std::runtime_error);
  }
}

// A limit on address space that leaves no room for stacks of eight threads:
// the same answer, or an error that says what is missing, and no other word.
TEST(OrderedWork, AReplayNeedsNoThreads) {
#ifdef ABSL_HAVE_ADDRESS_SANITIZER
  GTEST_SKIP() << "AddressSanitizer itself needs more than any such limit";
#endif
  const std::vector<std::string> arguments = {
      "replay", StoryLog(), "--config", "balanced", "--csv", "-q"};
  const std::string expected = RunTool(arguments).out;
  ASSERT_NE(expected, "");
  int answered = 0;
  for (const int megabytes : {30, 60, 100, 200, 400, 1000, 4000}) {
    std::string command =
        absl::StrCat("ulimit -v ", megabytes * 1000, "; exec ", SAMPLER_TOOL);
    for (const std::string& argument : arguments) command += " " + argument;
    command += " --threads 8";
    const ToolResult result = RunProgram("/bin/sh", {"-c", command});
    if (result.exit_code == 0) {
      EXPECT_EQ(result.out, expected) << megabytes;
      EXPECT_EQ(result.err, "") << megabytes;
      ++answered;
    } else if (result.exit_code == 2) {
      EXPECT_EQ(result.err.rfind("error: ", 0), 0u) << result.err;
      EXPECT_EQ(Lines(result.err).size(), 1u) << result.err;
      EXPECT_EQ(result.err.find("internal"), std::string::npos) << result.err;
    } else {
      // So little that not even the libraries are loaded.
      EXPECT_EQ(result.exit_code, 127) << megabytes << result.err;
    }
  }
  EXPECT_GE(answered, 3);
}

// Whatever allocation fails, on whichever thread, and be it the one that a
// destructor asks for while the stack unwinds.
TEST(OrderedWork, MemoryThatRunsOutIsSaid) {
#ifdef ABSL_HAVE_ADDRESS_SANITIZER
  GTEST_SKIP() << "AddressSanitizer itself needs more than any such limit";
#endif
  int failed = 0;
  for (int megabytes = 40; megabytes < 110; ++megabytes) {
    const ToolResult result = RunProgram(
        "/bin/sh",
        {"-c", absl::StrCat("ulimit -v ", megabytes * 1000, "; exec ",
                            SAMPLER_TOOL, " replay ", StoryLog(),
                            " --config balanced --csv -q --threads 8")});
    if (result.exit_code == 0 || result.exit_code == 127) continue;
    ++failed;
    EXPECT_EQ(result.exit_code, 2) << megabytes << result.err;
    EXPECT_TRUE(absl::StartsWith(result.err, "error: ")) << result.err;
    EXPECT_EQ(Lines(result.err).size(), 1u) << result.err;
  }
  EXPECT_GE(failed, 1);
}

}  // namespace
}  // namespace sampler::tools
