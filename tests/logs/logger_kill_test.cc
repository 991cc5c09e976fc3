// A process that logs is killed (SIGKILL) at random moments. Every row that it
// was told is logged must be in what is recovered, bit for bit.

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "sampler/logs/journal/recover.h"
#include "sampler/logs/logger.h"
#include "tests/logs/log_files.h"

namespace sampler::logs::logger_kill_test {
namespace {

constexpr std::size_t kSize = 3000;
constexpr std::int32_t kSequences = 3;
constexpr std::int32_t kRows = 400;
constexpr int kKills = 120;

std::vector<float> RowOf(std::int32_t n) {
  std::mt19937 engine(static_cast<std::uint32_t>(n));
  std::vector<float> row(kSize);
  for (float& value : row) {
    value = static_cast<float>(engine()) / 4e8f - 5.0f;
  }
  return row;
}

std::int32_t TokenOf(std::int32_t n) {
  return n * 31 % static_cast<std::int32_t>(kSize);
}

// Logs rows 0, 1, ... of sequences n % 3 and says through `acknowledged` how
// many are logged; after kRows finishes, and says so with -1. Who does not
// finish stops one row before.
[[noreturn]] void LogUntilKilled(const std::string& path, std::int64_t top_k,
                                 bool finishes, int acknowledged) {
  auto logger =
      Logger::Create(path, {.vocabulary_size = kSize, .top_k = top_k});
  const auto say = [&](std::int32_t n) {
    if (write(acknowledged, &n, 4) != 4) _exit(3);
  };
  if (!logger.ok()) _exit(1);
  for (std::uint32_t s = 0; s < kSequences; ++s) {
    if (!logger->AddPrompt(s, {1, 2}).ok()) _exit(1);
  }
  for (std::int32_t n = 0; n < (finishes ? kRows : kRows - 1); ++n) {
    if (!logger
             ->Append(static_cast<std::uint32_t>(n % kSequences), RowOf(n),
                      TokenOf(n))
             .ok()) {
      _exit(1);
    }
    say(n + 1);
  }
  if (!finishes) pause();
  if (!logger->Finish().ok()) _exit(1);
  say(-1);
  pause();
  _exit(2);
}

struct Killed {
  std::int32_t rows = 0;  // Acknowledged.
  bool finished = false;
};

// Kills the logging process `microseconds` after its first `rows` rows.
Killed KillAfter(const std::string& path, std::int64_t top_k, std::int32_t rows,
                 unsigned microseconds) {
  int ends[2];
  EXPECT_EQ(pipe(ends), 0);
  const pid_t child = fork();
  if (child == 0) {
    close(ends[0]);
    LogUntilKilled(path, top_k, /*finishes=*/rows == kRows, ends[1]);
  }
  close(ends[1]);
  Killed killed;
  EXPECT_GT(child, 0);
  if (child <= 0) return killed;
  std::int32_t n = 0;
  while (n < rows) EXPECT_EQ(read(ends[0], &n, 4), 4);
  usleep(microseconds);
  kill(child, SIGKILL);
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << status;
  do {
    killed.finished = n < 0;
    if (n > 0) killed.rows = n;
  } while (read(ends[0], &n, 4) == 4);
  close(ends[0]);
  return killed;
}

// Rows acknowledged are there and right; at most one more may be.
void CheckLog(const Log& log, const Killed& killed, bool sparse) {
  ASSERT_GE(log.rows(), killed.rows);
  ASSERT_LE(log.rows(), killed.rows + 1);
  RowBuffer buffer;
  std::vector<std::int32_t> at(kSequences, 0);
  for (std::size_t s = 0; s < log.sequences().size(); ++s) {
    const LogSequence& sequence = log.sequences()[s];
    EXPECT_EQ(Ids(sequence.prompt), (std::vector<std::int32_t>{1, 2}));
    for (std::int64_t i = 0; i < sequence.rows; ++i) {
      const auto n = static_cast<std::int32_t>(i) * kSequences +
                     static_cast<std::int32_t>(s);
      const std::int64_t row = sequence.first_row + i;
      ASSERT_EQ(log.tokens()[static_cast<std::size_t>(row)], TokenOf(n));
      const std::vector<float> expected = RowOf(n);
      const Logits logits = log.Row(row, buffer).value();
      if (!sparse) {
        ASSERT_EQ(std::memcmp(logits.data(), expected.data(), 4 * kSize), 0);
        continue;
      }
      std::size_t held = 0;
      for (std::size_t id = 0; id < kSize; ++id) {
        if (std::isinf(logits[id])) continue;
        ASSERT_EQ(logits[id], static_cast<double>(expected[id]));
        ++held;
      }
      ASSERT_GE(held, 20u);
      ASSERT_LE(held, 21u);
    }
  }
}

class LoggerKillTest : public testing::TestWithParam<std::int64_t> {};

TEST_P(LoggerKillTest, LosesNoAcknowledgedRow) {
  const std::int64_t top_k = GetParam();
  std::mt19937 engine(20'000 + static_cast<std::uint32_t>(top_k));
  int while_logging = 0;
  int while_finishing = 0;
  int after = 0;
  for (int i = 0; i < kKills; ++i) {
    const std::string path = WriteFile(absl::StrCat("kill", top_k, "-", i), "");
    std::filesystem::remove(path);
    // The last third has logged all rows, and dies in Finish or after it.
    const bool finishing = i >= kKills * 2 / 3;
    const unsigned longest = finishing ? 8'000 : 12'000;
    const Killed killed = KillAfter(path, top_k, finishing ? kRows : 1,
                                    static_cast<unsigned>(engine()) % longest);
    const std::string partial = path + ".partial";
    // Unless Finish has replaced it, the journal is there.
    EXPECT_TRUE(std::filesystem::exists(partial) ||
                std::filesystem::exists(path));
    EXPECT_TRUE(!killed.finished || !std::filesystem::exists(partial));
    ++(killed.rows < kRows ? while_logging
                           : (killed.finished ? after : while_finishing));
    if (!std::filesystem::exists(path)) {
      const auto recovered = RecoverLog(partial, path, Overwrite::kNo);
      ASSERT_TRUE(recovered.ok()) << recovered.status();
      // At most one record is cut off.
      EXPECT_LT(recovered->ignored_bytes,
                static_cast<std::int64_t>(40 + 4 * kSize));
    } else {
      EXPECT_EQ(killed.rows, kRows);  // A log appears when it is whole.
    }
    const auto log = Log::Open(path);
    ASSERT_TRUE(log.ok()) << log.status();
    CheckLog(**log, killed, top_k > 0);
    if (testing::Test::HasFatalFailure()) return;
    std::filesystem::remove(path);
    std::filesystem::remove(partial);
  }
  // How many were in Finish is a matter of the machine: that every moment of it
  // is met once is for tests/faults/logger_call_kills_test.cc.
  EXPECT_EQ(while_logging, kKills * 2 / 3);
  RecordProperty("killed_while_logging", while_logging);
  RecordProperty("killed_while_finishing", while_finishing);
  RecordProperty("killed_after", after);
}

INSTANTIATE_TEST_SUITE_P(DenseAndTopK, LoggerKillTest, testing::Values(0, 20));

}  // namespace
}  // namespace sampler::logs::logger_kill_test
