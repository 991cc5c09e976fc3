// Two loggers, one path: a live journal is never taken for a dead one, and no
// logger finishes or removes what another one wrote.

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <string>
#include <vector>

#include "sampler/logs/journal/recover.h"
#include "sampler/logs/logger.h"
#include "tests/logs/log_files.h"
#include "tests/support/nameless_files.h"

namespace sampler::logs::logger_lock_test {
namespace {

constexpr std::int64_t kSize = 4;

class LoggerLockTest : public testing::Test {
 protected:
  std::string Folder() const { return folder_.path(); }
  std::string Path() const { return Folder() + "/run"; }
  std::string Partial() const { return Path() + ".partial"; }
  std::ptrdiff_t Files() const {
    return std::distance(std::filesystem::directory_iterator(folder_.path()),
                         std::filesystem::directory_iterator());
  }

  absl::StatusOr<Logger> Create(Overwrite overwrite = Overwrite::kNo) const {
    return Logger::Create(Path(),
                          {.vocabulary_size = kSize, .overwrite = overwrite});
  }

 private:
  ScratchFolder folder_;
};

absl::Status AddRow(Logger& logger, std::int32_t token) {
  return logger.Append(0, std::vector<float>{1, 2, 3, 4}, token);
}

std::vector<std::int32_t> TokensOf(const std::string& path) {
  const auto log = Log::Open(path);
  EXPECT_TRUE(log.ok()) << log.status();
  return log.ok() ? Ids((*log)->tokens()) : std::vector<std::int32_t>();
}

TEST_F(LoggerLockTest, ALiveJournalIsNeverReplaced) {
  auto logger = Create();
  ASSERT_TRUE(logger.ok()) << logger.status();
  EXPECT_TRUE(IsBeingWritten(Partial()));
  for (const Overwrite overwrite : {Overwrite::kNo, Overwrite::kYes}) {
    EXPECT_TRUE(Refuses(Create(overwrite), absl::StatusCode::kAlreadyExists,
                        {"another logger is writing it now"}));
  }
  ASSERT_TRUE(AddRow(*logger, 2).ok());
  ASSERT_TRUE(logger->Finish().ok());
  EXPECT_EQ(TokensOf(Path()), (std::vector<std::int32_t>{2}));
  EXPECT_EQ(Files(), 1);
}

TEST_F(LoggerLockTest, ADeadOneIsKeptUnlessItMayBeReplaced) {
  const pid_t child = fork();
  if (child == 0) {
    auto logger = Create();
    if (!logger.ok() || !AddRow(*logger, 1).ok()) _exit(1);
    raise(SIGKILL);
  }
  waitpid(child, nullptr, 0);
  EXPECT_FALSE(IsBeingWritten(Partial()));
  EXPECT_TRUE(Refuses(Create(), absl::StatusCode::kAlreadyExists,
                      {"not finished", "recover it", "remove it"}));
  auto logger = Create(Overwrite::kYes);
  ASSERT_TRUE(logger.ok()) << logger.status();
  ASSERT_TRUE(AddRow(*logger, 3).ok());
  ASSERT_TRUE(logger->Finish().ok());
  EXPECT_EQ(TokensOf(Path()), (std::vector<std::int32_t>{3}));
  EXPECT_EQ(Files(), 1);
}

TEST_F(LoggerLockTest, FinishUsesTheFileThatItWrote) {
  auto first = Create();
  ASSERT_TRUE(first.ok());
  ASSERT_TRUE(AddRow(*first, 1).ok());
  // Somebody clears away what looks like remains, and logs anew.
  std::filesystem::remove(Partial());
  auto second = Create();
  ASSERT_TRUE(second.ok()) << second.status();
  ASSERT_TRUE(AddRow(*second, 2).ok());
  ASSERT_TRUE(AddRow(*first, 0).ok());
  ASSERT_TRUE(first->Finish().ok());
  EXPECT_EQ(TokensOf(Path()), (std::vector<std::int32_t>{1, 0}));
  // The second one's journal is still there, and it cannot replace the log.
  EXPECT_TRUE(std::filesystem::exists(Partial()));
  EXPECT_EQ(second->Finish().code(), absl::StatusCode::kAlreadyExists);
  std::filesystem::remove(Path());
  ASSERT_TRUE(second->Finish().ok());
  EXPECT_EQ(TokensOf(Path()), (std::vector<std::int32_t>{2}));
  EXPECT_EQ(Files(), 1);
}

TEST_F(LoggerLockTest, DiscardRemovesNoOtherFile) {
  auto first = Create();
  ASSERT_TRUE(first.ok());
  std::filesystem::remove(Partial());
  auto second = Create();
  ASSERT_TRUE(second.ok());
  first->Discard();
  EXPECT_TRUE(std::filesystem::exists(Partial()));
  second->Discard();
  EXPECT_EQ(Files(), 0);
}

TEST_F(LoggerLockTest, ALiveJournalCanBeLookedAt) {
  auto logger = Create();
  ASSERT_TRUE(logger.ok());
  ASSERT_TRUE(AddRow(*logger, 1).ok());
  const std::string so_far = Path() + ".so-far";
  const auto recovered = RecoverLog(Partial(), so_far, Overwrite::kNo);
  ASSERT_TRUE(recovered.ok()) << recovered.status();
  EXPECT_TRUE(recovered->is_being_written);
  ASSERT_TRUE(AddRow(*logger, 2).ok());
  ASSERT_TRUE(logger->Finish().ok());
  EXPECT_EQ(TokensOf(so_far), (std::vector<std::int32_t>{1}));
  EXPECT_EQ(TokensOf(Path()), (std::vector<std::int32_t>{1, 2}));
}

TEST_F(LoggerLockTest, AJournalIsNotReplacedByItsOwnLog) {
  const pid_t child = fork();
  if (child == 0) {
    auto logger = Create();
    if (!logger.ok() || !AddRow(*logger, 1).ok()) _exit(1);
    _exit(0);
  }
  waitpid(child, nullptr, 0);
  EXPECT_TRUE(Refuses(RecoverLog(Partial(), Partial(), Overwrite::kYes),
                      absl::StatusCode::kInvalidArgument, {"got the input"}));
  EXPECT_TRUE(RecoverLog(Partial(), Path(), Overwrite::kNo).ok());
}

TEST_F(LoggerLockTest, RefusesDevicesPipesFoldersAndLinks) {
  ASSERT_EQ(mkfifo((Path() + ".fifo").c_str(), 0600), 0);
  std::filesystem::create_symlink(Path(), Path() + ".link");
  for (const std::string& path :
       {std::string("/dev/null"), std::string("/dev/full"), Path() + ".fifo",
        Path() + ".link", std::string("/tmp"), std::string(), std::string("-"),
        Path() + "/"}) {
    for (const Overwrite overwrite : {Overwrite::kNo, Overwrite::kYes}) {
      EXPECT_TRUE(Refuses(Logger::Create(path, {.vocabulary_size = kSize,
                                                .overwrite = overwrite}),
                          absl::StatusCode::kInvalidArgument, {"want"}))
          << path;
      EXPECT_FALSE(std::filesystem::exists(path + ".partial"));
    }
  }
  struct stat info;
  ASSERT_EQ(stat("/dev/null", &info), 0);
  EXPECT_TRUE(S_ISCHR(info.st_mode));
  // A pipe in the place of the journal.
  ASSERT_EQ(mkfifo(Partial().c_str(), 0600), 0);
  EXPECT_TRUE(Refuses(Create(Overwrite::kYes), absl::StatusCode::kAlreadyExists,
                      {"a named pipe"}));
}

TEST_F(LoggerLockTest, ANamelessJournalLeavesNothing) {
  {
    auto logger = Logger::Create(
        Path(), {.vocabulary_size = kSize, .journal = Journal::kNameless});
    ASSERT_TRUE(logger.ok());
    ASSERT_TRUE(AddRow(*logger, 1).ok());
    EXPECT_EQ(Files(), HasNamelessFiles(Folder()) ? 0 : 1);
  }
  EXPECT_EQ(Files(), 0);
  {
    auto logger = Logger::Create(
        Path(), {.vocabulary_size = kSize, .journal = Journal::kNameless});
    ASSERT_TRUE(AddRow(*logger, 1).ok());
    ASSERT_TRUE(logger->Finish().ok());
  }
  EXPECT_EQ(TokensOf(Path()), (std::vector<std::int32_t>{1}));
  EXPECT_EQ(Files(), 1);
}

// 200 trials of two processes that log to one path: one of them logs, the other
// is refused, and the log is whole.
TEST_F(LoggerLockTest, OfTwoProcessesOneLogs) {
  for (int trial = 0; trial < 200; ++trial) {
    std::vector<pid_t> children;
    for (std::int32_t token = 0; token < 2; ++token) {
      children.push_back(fork());
      if (children.back() != 0) continue;
      auto logger = Create();
      if (!logger.ok()) _exit(2);
      for (int i = 0; i < 3; ++i) {
        if (!AddRow(*logger, token).ok()) _exit(3);
      }
      _exit(logger->Finish().ok() ? 0 : 2);
    }
    std::vector<int> codes;
    for (const pid_t child : children) {
      int status = 0;
      waitpid(child, &status, 0);
      codes.push_back(WEXITSTATUS(status));
    }
    ASSERT_EQ(codes[0] + codes[1], 2) << codes[0] << " " << codes[1];
    const std::int32_t winner = codes[0] == 0 ? 0 : 1;
    ASSERT_EQ(TokensOf(Path()), std::vector<std::int32_t>(3, winner));
    // A loser that logged and could not finish leaves its journal.
    std::filesystem::remove(Path());
    std::filesystem::remove(Partial());
    ASSERT_EQ(Files(), 0);
  }
}

}  // namespace
}  // namespace sampler::logs::logger_lock_test
