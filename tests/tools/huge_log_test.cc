// A log of 40 GiB in the memory of a few rows. The file is a hole: it takes no
// room.

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

#include "absl/base/config.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/logs/log_files.h"
#include "tests/tools/process/become.h"
#include "tests/tools/tool.h"

namespace sampler::tools::huge_log_test {
namespace {

using Arguments = std::vector<std::string>;

constexpr std::int64_t kWidth = 131'072;
constexpr std::int64_t kRowBytes = 4 * kWidth;
constexpr std::int64_t kRows = (std::int64_t{40} << 30) / kRowBytes;

// The most memory, in KiB, that the tool took to answer.
std::int64_t MemoryOf(const Arguments& arguments) {
  const pid_t child = fork();
  if (child == 0) {
    dup2(open("/dev/null", O_WRONLY), STDOUT_FILENO);
    Become(SAMPLER_TOOL, arguments);
  }
  int status = 0;
  rusage usage;
  wait4(child, &status, 0, &usage);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << arguments[0];
  return usage.ru_maxrss;
}

TEST(HugeLog, TakesTheMemoryOfASmallOne) {
#ifdef ABSL_HAVE_ADDRESS_SANITIZER
  GTEST_SKIP() << "AddressSanitizer keeps what is freed";
#endif
  const std::string small = WriteTemporary("small.raw", "");
  const std::string huge = WriteTemporary("huge.raw", "");
  std::filesystem::resize_file(small, 16 * kRowBytes);
  std::error_code error;
  std::filesystem::resize_file(huge, kRows * kRowBytes, error);
  if (error) GTEST_SKIP() << "no file of 40 GiB here: " << error.message();
  const std::string ids =
      WriteTemporary("ids.npy", logs::Npy("<i4", absl::StrCat("(", kRows, ",)"),
                                          std::string(4 * kRows, '\0')));
  const std::string few = WriteTemporary(
      "few.npy", logs::Npy("<i4", "(16,)", std::string(4 * 16, '\0')));
  const auto on = [&](const Arguments& command, const std::string& log,
                      const std::string& tokens, std::int64_t rows) {
    Arguments all = {
        command[0],           log, "--tokens", tokens, "--vocab-size",
        absl::StrCat(kWidth), "-q"};
    all.insert(all.end(), command.begin() + 1, command.end());
    // Four rows, far from each other.
    if (command[0] == "explain") {
      all.insert(all.end(), {"--row", absl::StrCat(rows - 1)});
    } else {
      all.insert(all.end(), {"--every", absl::StrCat(rows / 4)});
    }
    return all;
  };
  for (const Arguments& command : std::vector<Arguments>{
           {"inspect"},
           {"replay", "--top-k", "40"},
           {"explain", "--top-k", "40"},
           {"compare", "--a", "top_k=40", "--b", "min_p=0.1"},
           {"sweep", "--param", "top_k=5,50"}}) {
    const std::int64_t base = MemoryOf(on(command, small, few, 16));
    const std::int64_t most = MemoryOf(on(command, huge, ids, kRows));
    // What grows with the rows are their tokens.
    EXPECT_LT(most, base + 64 * 1024) << command[0];
  }
  std::filesystem::remove(huge);
}

}  // namespace
}  // namespace sampler::tools::huge_log_test
