// SIGKILL ends a process that logs before its n-th call of a file, for every n:
// no row that was acknowledged is lost, and the log appears whole or not at
// all.

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <csignal>
#include <cstdint>
#include <filesystem>
#include <new>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sampler/logs/journal/recover.h"
#include "sampler/logs/log.h"
#include "sampler/logs/logger.h"
#include "tests/faults/failing_calls.h"
#include "tests/logs/log_files.h"

namespace sampler::faults {
namespace {

constexpr std::int64_t kVocabulary = 50;
constexpr int kRows = 4;

// What a process has said before it was killed: memory that it shares.
struct Said {
  int acknowledged = 0;
  bool finished = false;
};

std::vector<float> RowOf(int n) {
  std::vector<float> row(kVocabulary);
  for (std::size_t i = 0; i < row.size(); ++i) {
    row[i] = static_cast<float>((i * 7 + static_cast<std::size_t>(n)) % 31);
  }
  return row;
}

// Whether it came to its end.
bool LogRows(const std::string& path, std::int64_t top_k, Said& said) {
  auto logger = logs::Logger::Create(
      path, {.vocabulary_size = kVocabulary, .top_k = top_k});
  if (!logger.ok() || !logger->AddPrompt(0, {1, 2}).ok()) return false;
  for (int n = 0; n < kRows; ++n) {
    if (!logger->Append(0, RowOf(n), n).ok()) return false;
    said.acknowledged = n + 1;
  }
  if (!logger->Sync().ok() || !logger->Finish().ok()) return false;
  said.finished = true;
  return true;
}

class LoggerCallKills : public testing::TestWithParam<std::int64_t> {
 protected:
  LoggerCallKills() {
    void* const memory = mmap(nullptr, sizeof(Said), PROT_READ | PROT_WRITE,
                              MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    said_ = memory == MAP_FAILED ? nullptr : new (memory) Said();
  }
  ~LoggerCallKills() override { munmap(said_, sizeof(Said)); }

  std::string Path() const { return folder_.path() + "/log"; }

  // Whether a process that logs is killed before its n-th call.
  bool LogInAKilledProcess(std::int64_t n) const {
    *said_ = {};
    const pid_t child = fork();
    if (child == 0) {
      bool done = false;
      {
        const FailingCalls failing(n, CallFault::kKill);
        done = LogRows(Path(), GetParam(), *said_);
      }
      _exit(done ? 0 : 1);
    }
    int status = 0;
    EXPECT_EQ(waitpid(child, &status, 0), child);
    if (WIFSIGNALED(status)) return WTERMSIG(status) == SIGKILL;
    EXPECT_EQ(WEXITSTATUS(status), 0);
    return false;
  }

  // Makes a log of the journal, where there is no log.
  void Recover() const {
    const std::string journal = Path() + ".partial";
    if (std::filesystem::exists(Path())) return;
    if (!std::filesystem::exists(journal)) {
      EXPECT_EQ(said_->acknowledged, 0);
      return;
    }
    const auto recovered =
        logs::RecoverLog(journal, Path(), logs::Overwrite::kNo);
    if (!recovered.ok()) {
      EXPECT_EQ(said_->acknowledged, 0) << recovered.status();
    }
  }

  // Rows that were acknowledged are there and right; at most one more is.
  void CheckRows() const {
    const auto log = logs::Log::Open(Path());
    ASSERT_TRUE(log.ok()) << log.status();
    EXPECT_GE((*log)->rows(), said_->acknowledged);
    EXPECT_LE((*log)->rows(), said_->acknowledged + 1);
    logs::RowBuffer buffer;
    for (std::int64_t r = 0; r < (*log)->rows(); ++r) {
      EXPECT_EQ((*log)->tokens()[static_cast<std::size_t>(r)], r);
      const Logits row = (*log)->Row(r, buffer).value();
      const std::vector<float> expected = RowOf(static_cast<int>(r));
      for (std::size_t i = 0; i < expected.size(); ++i) {
        if (GetParam() > 0 && row[i] == -INFINITY) continue;
        EXPECT_EQ(row[i], expected[i]) << r << " " << i;
      }
    }
  }

  void Clear() const {
    for (const auto& entry :
         std::filesystem::directory_iterator(folder_.path())) {
      std::filesystem::remove(entry.path());
    }
  }

  const logs::ScratchFolder folder_;
  Said* said_ = nullptr;
};

TEST_P(LoggerCallKills, LoseNoAcknowledgedRow) {
  ASSERT_NE(said_, nullptr);
  int kills = 0;
  int whole_logs = 0;  // That a killed process left.
  for (bool killed = true; killed && !HasFailure();) {
    SCOPED_TRACE(absl::StrCat("call ", ++kills));
    Clear();
    killed = LogInAKilledProcess(kills);
    const bool is_there = std::filesystem::exists(Path());
    EXPECT_TRUE(is_there || !said_->finished);
    if (is_there) {
      EXPECT_EQ(said_->acknowledged, kRows);
    }
    whole_logs += killed && is_there ? 1 : 0;
    Recover();
    if (std::filesystem::exists(Path())) CheckRows();
  }
  EXPECT_TRUE(said_->finished);
  // In every part of it: while it logs, in Finish, and behind the log's rename.
  EXPECT_GT(kills, 2 * kRows);
  EXPECT_GE(whole_logs, 1);
}

INSTANTIATE_TEST_SUITE_P(DenseAndTopK, LoggerCallKills, testing::Values(0, 5));

}  // namespace
}  // namespace sampler::faults
