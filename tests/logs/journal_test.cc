#include "sampler/logs/journal.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "sampler/logs/journal_reader.h"
#include "tests/logs/log_files.h"

namespace sampler::logs {
namespace {

ByteSpan Span(const std::string& text) {
  return {reinterpret_cast<const unsigned char*>(text.data()), text.size()};
}

// A name that no file has.
std::string FreshPath(absl::string_view name) {
  std::string path = WriteFile(name, "");
  std::filesystem::remove(path);
  return path;
}

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

// Options and three records, the second in pieces that fill no block.
std::string SmallJournal() {
  const std::string path = FreshPath("journal");
  auto writer = JournalWriter::Create(path);
  EXPECT_TRUE(writer.ok()) << writer.status();
  EXPECT_TRUE(writer->Append({}, {Span("options")}).ok());
  const std::string row(100, 'x');
  for (std::int32_t i = 0; i < 3; ++i) {
    EXPECT_TRUE(
        writer
            ->Append({.type = RecordType::kSparse, .sequence = 7, .token = i},
                     {Span("ab"), Span(""), Span(row)})
            .ok());
  }
  EXPECT_TRUE(writer->Sync().ok());
  std::string bytes = ReadFile(path);
  EXPECT_EQ(writer->size(), static_cast<std::int64_t>(bytes.size()));
  return bytes;
}

constexpr std::size_t kFirstRecord = 8 + 40 + 7;
constexpr std::size_t kRecord = 40 + 102;

TEST(Journal, HoldsWhatWasWritten) {
  const std::string bytes = SmallJournal();
  const auto read = ReadJournal("j", Span(bytes));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->options, "options");
  EXPECT_EQ(read->ignored_bytes, 0);
  ASSERT_EQ(read->records.size(), 3u);
  for (std::size_t i = 0; i < 3; ++i) {
    const Record& record = read->records[i];
    EXPECT_EQ(record.header.sequence, 7u);
    EXPECT_EQ(record.header.token, static_cast<std::int32_t>(i));
    EXPECT_EQ(std::string(record.payload.begin(), record.payload.end()),
              "ab" + std::string(100, 'x'));
  }
}

TEST(Journal, GivesTheWholeRecordsOfEveryPrefix) {
  const std::string bytes = SmallJournal();
  ASSERT_EQ(bytes.size(), kFirstRecord + 3 * kRecord);
  for (std::size_t size = 0; size <= bytes.size(); ++size) {
    const std::string prefix = bytes.substr(0, size);
    const auto read = ReadJournal("j", Span(prefix));
    ASSERT_EQ(read.ok(), size >= kFirstRecord) << size;
    if (!read.ok()) continue;
    const std::size_t records = (size - kFirstRecord) / kRecord;
    EXPECT_EQ(read->records.size(), records);
    EXPECT_EQ(
        read->ignored_bytes,
        static_cast<std::int64_t>(size - kFirstRecord - records * kRecord));
  }
}

// One changed byte costs the record that it is in, and no other.
TEST(Journal, FindsTheRecordsBehindAChangedByte) {
  const std::string bytes = SmallJournal();
  for (std::size_t at = kFirstRecord; at < bytes.size(); ++at) {
    for (const int change : {1, 0x80, 0xff}) {
      std::string changed = bytes;
      changed[at] = static_cast<char>(changed[at] ^ change);
      const auto read = ReadJournal("j", Span(changed));
      ASSERT_TRUE(read.ok());
      ASSERT_EQ(read->records.size(), 2u) << at;
      const auto lost = (at - kFirstRecord) / kRecord;
      for (std::size_t i = 0; i < 2; ++i) {
        EXPECT_EQ(read->records[i].header.token,
                  static_cast<std::int32_t>(i < lost ? i : i + 1));
      }
      if (lost == 2) {
        EXPECT_TRUE(read->holes.empty());
        EXPECT_EQ(read->ignored_bytes, static_cast<std::int64_t>(kRecord));
        continue;
      }
      ASSERT_EQ(read->holes.size(), 1u) << at;
      EXPECT_EQ(read->holes[0].begin,
                static_cast<std::int64_t>(kFirstRecord + lost * kRecord));
      EXPECT_EQ(read->holes[0].bytes, static_cast<std::int64_t>(kRecord));
      EXPECT_EQ(read->holes[0].rows_before, static_cast<std::int64_t>(lost));
      EXPECT_EQ(read->ignored_bytes, 0);
    }
  }
}

TEST(Journal, FindsTheRecordsBehindLostAndAddedBytes) {
  const std::string bytes = SmallJournal();
  const std::size_t middle = kFirstRecord + kRecord + 50;
  for (const std::size_t count : {1u, 3u, 8u, 60u, 91u}) {
    std::string shorter = bytes;
    shorter.erase(middle, count);
    std::string longer = bytes;
    longer.insert(middle, count, '\x03');
    for (const std::string& changed : {shorter, longer}) {
      const auto read = ReadJournal("j", Span(changed));
      ASSERT_TRUE(read.ok());
      ASSERT_EQ(read->records.size(), 2u) << count;
      EXPECT_EQ(read->records[1].header.token, 2);
      EXPECT_EQ(read->holes.size(), 1u);
    }
  }
}

TEST(Journal, FindsTheRecordsBehindZerosThatAPowerFailureLeft) {
  std::string bytes = SmallJournal();
  std::fill(bytes.begin() + kFirstRecord + kRecord + 60,
            bytes.begin() + kFirstRecord + 2 * kRecord, '\0');
  auto read = ReadJournal("j", Span(bytes));
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->records.size(), 2u);
  // At the end they are no beginning of a record.
  std::fill(bytes.begin() + kFirstRecord + kRecord, bytes.end(), '\0');
  read = ReadJournal("j", Span(bytes));
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->records.size(), 1u);
  EXPECT_FALSE(read->cut_record.has_value());
}

TEST(Journal, NeedsOneIntactCopyOfItsOptions) {
  const std::string path = FreshPath("copies");
  auto writer = JournalWriter::Create(path);
  ASSERT_TRUE(writer.ok());
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(writer->Append({}, {Span("options")}).ok());
  }
  ASSERT_TRUE(writer->Append({.type = RecordType::kDense}, {Span("row")}).ok());
  const std::string bytes = ReadFile(path);
  for (std::size_t at = 0; at < kFirstRecord; ++at) {
    std::string changed = bytes;
    changed[at] = static_cast<char>(changed[at] ^ 0x10);
    const auto read = ReadJournal("j", Span(changed));
    ASSERT_TRUE(read.ok()) << at << read.status();
    EXPECT_EQ(read->options, "options");
    EXPECT_EQ(read->records.size(), 1u);
    EXPECT_EQ(read->holes.size(), 1u);
  }
}

// Bytes that were made to look like records everywhere: an end, soon.
TEST(Journal, GivesUpInBytesThatAllLookLikeRecords) {
  std::string bytes = SmallJournal();
  RecordHeader header = {.type = RecordType::kDense, .payload = 1'000'000};
  const std::string fake(reinterpret_cast<const char*>(&header),
                         sizeof(header));
  for (int i = 0; i < 50'000; ++i) bytes += fake;
  const auto read = ReadJournal("j", Span(bytes));
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->records.size(), 3u);
}

TEST(Journal, NoticesExchangedWords) {
  const std::string path = FreshPath("exchanged");
  auto writer = JournalWriter::Create(path);
  ASSERT_TRUE(writer.ok());
  std::string payload(640, '\0');
  for (std::size_t i = 0; i < payload.size(); ++i) {
    payload[i] = static_cast<char>(i / 64);
  }
  ASSERT_TRUE(writer->Append({}, {Span("o")}).ok());
  ASSERT_TRUE(
      writer->Append({.type = RecordType::kDense}, {Span(payload)}).ok());
  std::string bytes = ReadFile(path);
  std::swap_ranges(bytes.end() - 128, bytes.end() - 64, bytes.end() - 64);
  const auto read = ReadJournal("j", Span(bytes));
  ASSERT_TRUE(read.ok());
  EXPECT_TRUE(read->records.empty());
}

TEST(Journal, IsNotReplacedByAnother) {
  const std::string path = WriteFile("taken", "rows of yesterday");
  EXPECT_TRUE(Refuses(JournalWriter::Create(path),
                      absl::StatusCode::kAlreadyExists,
                      {"taken", "recover it"}));
  EXPECT_EQ(ReadFile(path), "rows of yesterday");
}

TEST(Journal, RefusesOtherFiles) {
  for (const char* bytes : {"", "smpl-lo", "_logits_ and more than a header"}) {
    EXPECT_TRUE(Refuses(ReadJournal("other", Span(bytes)),
                        absl::StatusCode::kFailedPrecondition,
                        {"other", "smpl-log"}));
  }
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

TEST(Journal, KeepsTheRecordsBeforeAFullDisk) {
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
  EXPECT_EQ(ReadJournal("j", Span(bytes))->records.size(), 1u);
}

}  // namespace
}  // namespace sampler::logs
