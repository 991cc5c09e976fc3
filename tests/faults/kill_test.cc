// SIGKILL ends the process before its n-th call of a file, for every n: a file
// appears whole or not at all, what was there stays until then, and what is
// left behind blocks no other run.

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "sampler/logs/files/output_file.h"
#include "tests/faults/failing_calls.h"
#include "tests/logs/log_files.h"
#include "tests/support/nameless_files.h"

namespace sampler::faults {
namespace {

constexpr char kBefore[] = "what was there before";

struct Writing {
  const char* name;
  bool replaces;  // There is a file of this name.
  logs::Overwrite overwrite;
};

class Kill : public testing::TestWithParam<Writing> {
 protected:
  std::string Path() const { return folder_.path() + "/text"; }

  std::string Content() const {
    std::ifstream in(Path(), std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  // What is in the folder beside the file. Removes it.
  int TakeLeftovers() const {
    int count = 0;
    for (const auto& entry :
         std::filesystem::directory_iterator(folder_.path())) {
      if (entry.path().filename() == "text") continue;
      std::filesystem::remove(entry.path());
      ++count;
    }
    return count;
  }

  // Whether a process that writes the file is killed before its n-th call.
  bool WriteInAKilledProcess(std::int64_t n) const {
    const pid_t child = fork();
    if (child == 0) {
      absl::Status status;
      {
        const FailingCalls failing(n, CallFault::kKill);
        status = logs::WriteTextFile(Path(), GetParam().overwrite, text_);
      }
      _exit(status.ok() ? 0 : 1);
    }
    int status = 0;
    EXPECT_EQ(waitpid(child, &status, 0), child);
    if (WIFSIGNALED(status)) return WTERMSIG(status) == SIGKILL;
    EXPECT_EQ(WEXITSTATUS(status), 0);
    return false;
  }

  const logs::ScratchFolder folder_;
  const std::string text_ = std::string(600'000, 'x');
};

TEST_P(Kill, LeavesAFileWholeOrNone) {
  const std::string before = GetParam().replaces ? kBefore : "";
  bool whole = false;
  int kills = 0;
  int leftovers = 0;
  for (bool killed = true; killed && !HasFailure();) {
    std::filesystem::remove(Path());
    if (GetParam().replaces) std::ofstream(Path()) << before;
    killed = WriteInAKilledProcess(++kills);
    // Whole from some call on, and never before.
    EXPECT_EQ(Content(), whole || Content() == text_ ? text_ : before) << kills;
    EXPECT_GE(Content() == text_, whole) << kills;
    whole = Content() == text_;
    EXPECT_EQ(std::filesystem::exists(Path()), whole || GetParam().replaces);
    const int left = TakeLeftovers();
    EXPECT_LE(left, 1) << kills;
    leftovers += left;
  }
  // A second name is needed where another file is replaced, for one moment.
  if (HasNamelessFiles(folder_.path())) {
    EXPECT_EQ(leftovers, GetParam().replaces ? 1 : 0);
  }
  EXPECT_TRUE(whole);
  EXPECT_GT(kills, 5);
}

INSTANTIATE_TEST_SUITE_P(
    Files, Kill,
    testing::Values(Writing{"New", false, logs::Overwrite::kNo},
                    Writing{"NewWithConsent", false, logs::Overwrite::kYes},
                    Writing{"Replacing", true, logs::Overwrite::kYes}),
    [](const testing::TestParamInfo<Writing>& info) {
      return info.param.name;
    });

}  // namespace
}  // namespace sampler::faults
