// Journals on their way to the disk.

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <cstdint>
#include <string>

#include "sampler/logs/journal/journal.h"
#include "sampler/logs/journal/journal_reader.h"
#include "tests/logs/journal/journal_files.h"
#include "tests/logs/log_files.h"

namespace sampler::logs {
namespace {

TEST(JournalWriter, IsNotReplacedByAnother) {
  const std::string path = WriteFile("taken", "rows of yesterday");
  EXPECT_TRUE(Refuses(JournalWriter::Create(path),
                      absl::StatusCode::kAlreadyExists,
                      {"taken", "recover it"}));
  EXPECT_EQ(ReadFile(path), "rows of yesterday");
}

// The largest file that this process may write, as a disk that is full.
class DiskOf {
 public:
  explicit DiskOf(rlim_t bytes) {
    std::signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit = {bytes, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~DiskOf() { setrlimit(RLIMIT_FSIZE, &before_); }
  DiskOf(const DiskOf&) = delete;
  DiskOf& operator=(const DiskOf&) = delete;

 private:
  rlimit before_;
};

TEST(JournalWriter, KeepsTheRecordsBeforeAFullDisk) {
  const std::string path = FreshPath("full");
  auto writer = JournalWriter::Create(path);
  ASSERT_TRUE(writer.ok());
  const std::string row(1000, 'r');
  ASSERT_TRUE(writer->Append({}, {Span("o")}).ok());
  ASSERT_TRUE(writer->Append({.type = RecordType::kDense}, {Span(row)}).ok());
  const std::int64_t size = writer->size();
  {
    const DiskOf disk(1500);
    EXPECT_FALSE(
        writer->Append({.type = RecordType::kDense}, {Span(row)}).ok());
  }
  // Room again: the error stays, because a row is missing.
  EXPECT_FALSE(writer->Append({.type = RecordType::kDense}, {Span(row)}).ok());
  EXPECT_FALSE(writer->Sync().ok());
  const std::string bytes = ReadFile(path);
  EXPECT_EQ(static_cast<std::int64_t>(bytes.size()), size);
  EXPECT_EQ(ReadJournal(InputFile::Open(path).value())->records.size(), 1u);
}

}  // namespace
}  // namespace sampler::logs
