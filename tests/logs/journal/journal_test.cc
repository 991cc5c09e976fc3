#include "sampler/logs/journal/journal.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "sampler/logs/journal/journal_reader.h"
#include "tests/logs/journal/journal_files.h"
#include "tests/logs/log_files.h"

namespace sampler::logs {
namespace {

// What a journal of these bytes holds.
absl::StatusOr<JournalContents> Read(const std::string& bytes) {
  const auto file = InputFile::Open(WriteFile("read", bytes));
  if (!file.ok()) return file.status();
  return ReadJournal(*file);
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
  const auto file = InputFile::Open(WriteFile("small", SmallJournal()));
  ASSERT_TRUE(file.ok());
  const auto read = ReadJournal(*file);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->options, "options");
  EXPECT_EQ(read->ignored_bytes, 0);
  std::vector<unsigned char> payload;
  ASSERT_EQ(read->records.size(), 3u);
  for (std::size_t i = 0; i < 3; ++i) {
    const Record& record = read->records[i];
    EXPECT_EQ(record.header.sequence, 7u);
    EXPECT_EQ(record.header.token, static_cast<std::int32_t>(i));
    ASSERT_TRUE(ReadPayload(*file, record, payload).ok());
    EXPECT_EQ(std::string(payload.begin(), payload.end()),
              "ab" + std::string(100, 'x'));
  }
}

TEST(Journal, GivesTheWholeRecordsOfEveryPrefix) {
  const std::string bytes = SmallJournal();
  ASSERT_EQ(bytes.size(), kFirstRecord + 3 * kRecord);
  for (std::size_t size = 0; size <= bytes.size(); ++size) {
    const std::string prefix = bytes.substr(0, size);
    const auto read = Read(prefix);
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
      const auto read = Read(changed);
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
      const auto read = Read(changed);
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
  auto read = Read(bytes);
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->records.size(), 2u);
  // At the end they are no beginning of a record.
  std::fill(bytes.begin() + kFirstRecord + kRecord, bytes.end(), '\0');
  read = Read(bytes);
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->records.size(), 1u);
  EXPECT_FALSE(read->cut_record.has_value());
}

// Records on both sides of every border of the pieces in which the file is
// read, and records larger than a piece.
TEST(Journal, ReadsRecordsOfEverySize) {
  const std::string path = FreshPath("sizes");
  auto writer = JournalWriter::Create(path);
  ASSERT_TRUE(writer.ok());
  ASSERT_TRUE(writer->Append({}, {Span("options")}).ok());
  const std::vector<std::size_t> sizes = {
      0,         1,  700'000, 348'000, (1 << 20), (1 << 20) - 40, (1 << 20) + 1,
      3'000'001, 63, 64};
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    const std::string row(sizes[i], static_cast<char>('a' + i));
    ASSERT_TRUE(writer->Append({.type = RecordType::kDense}, {Span(row)}).ok());
  }
  std::string bytes = ReadFile(path);
  const auto whole = Read(bytes);
  ASSERT_TRUE(whole.ok()) << whole.status();
  ASSERT_EQ(whole->records.size(), sizes.size());
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    EXPECT_EQ(whole->records[i].header.payload, sizes[i]);
  }
  // Of the large one its last byte.
  const std::int64_t last = whole->records[8].at - 41;
  bytes[static_cast<std::size_t>(last)] ^= 1;
  const auto damaged = Read(bytes);
  ASSERT_TRUE(damaged.ok());
  EXPECT_EQ(damaged->records.size(), sizes.size() - 1);
  ASSERT_EQ(damaged->holes.size(), 1u);
  EXPECT_EQ(damaged->holes[0].bytes, 3'000'001 + 40);
}

TEST(Journal, ThatIsTruncatedWhileItIsReadIsAnError) {
  const std::string bytes = SmallJournal();
  const std::string path = WriteFile("shrinks", bytes);
  for (const Growth growth : {Growth::kIsAnError, Growth::kIsExpected}) {
    std::ofstream(path, std::ios::binary) << bytes;
    const auto file = InputFile::Open(path, growth);
    ASSERT_TRUE(file.ok());
    const auto read = ReadJournal(*file);
    ASSERT_TRUE(read.ok()) << read.status();
    std::filesystem::resize_file(path, bytes.size() - 1);
    EXPECT_TRUE(Refuses(ReadJournal(*file), absl::StatusCode::kDataLoss,
                        {"shrinks", "another program"}));
    std::vector<unsigned char> payload;
    EXPECT_EQ(ReadPayload(*file, read->records[0], payload).code(),
              absl::StatusCode::kDataLoss);
  }
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
    const auto read = Read(changed);
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
  const auto read = Read(bytes);
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
  const auto read = Read(bytes);
  ASSERT_TRUE(read.ok());
  EXPECT_TRUE(read->records.empty());
}

TEST(Journal, RefusesOtherFiles) {
  for (const char* bytes : {"", "smpl-lo", "_logits_ and more than a header"}) {
    EXPECT_TRUE(Refuses(Read(bytes), absl::StatusCode::kFailedPrecondition,
                        {"read", "smpl-log"}));
  }
}

}  // namespace
}  // namespace sampler::logs
