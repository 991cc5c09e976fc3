// The file that a log is while it is being written: every row is on its way to
// the disk when Append returns, in one system call, so a process that is killed
// at any moment leaves all rows that it was told are logged.
//
//   "smpl-log" | record | record | ...
//   record: RecordHeader (40 bytes), then `payload` bytes
//
//   kOptions  JSON: what the log is (one, the first)
//   kPrompt   i32 ids, added to the prompt of `sequence`
//   kDense    a row's elements
//   kSettings JSON: with what `sequence` is drawn (sequence_settings.h); of
//             several the last one counts
//   kSparse   f32 log_sum_exp | i32 ids[n] | f32 logprobs[n] | elements[n]
//
// The checksum is over the rest of the header and the payload; the first record
// that is cut off or does not match ends the journal. After a killed process
// that is the end of the file; after a power failure it may be earlier, because
// the system writes in its own order (Sync makes sure).
//
// A private format: this version reads what this version wrote, on a machine of
// the same byte order.
//
// Errors: FailedPrecondition (not a journal of this version), and those of
//   output_file.h.
// Thread-safety: one thread at a time.
// Tested by: tests/logs/journal_test.cc (every prefix, every flipped byte),
//   tests/logs/logger_kill_test.cc (SIGKILL).

#ifndef SAMPLER_LOGS_JOURNAL_H_
#define SAMPLER_LOGS_JOURNAL_H_

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"

namespace sampler::logs {

enum class RecordType : std::uint32_t {
  kOptions = 1,
  kPrompt = 2,
  kDense = 3,
  kSparse = 4,
  kSettings = 5
};

struct RecordHeader {
  RecordType type = RecordType::kOptions;
  std::uint32_t sequence = 0;
  std::int32_t token = 0;
  std::uint32_t source_dtype = 0;  // Of the row as it was given: a DType.
  std::uint64_t entries = 0;       // kSparse: n.
  std::uint64_t payload = 0;       // Bytes.
  std::uint64_t checksum = 0;
};
static_assert(sizeof(RecordHeader) == 40);

using ByteSpan = absl::Span<const unsigned char>;

template <typename T>
ByteSpan AsBytes(absl::Span<const T> values) {
  return {reinterpret_cast<const unsigned char*>(values.data()),
          values.size() * sizeof(T)};
}

class JournalWriter {
 public:
  // Fails with AlreadyExists where there is such a file: it may hold a log that
  // is not yet recovered.
  static absl::StatusOr<JournalWriter> Create(const std::string& path);

  JournalWriter(JournalWriter&& other) noexcept;
  JournalWriter& operator=(JournalWriter&&) = delete;
  JournalWriter(const JournalWriter&) = delete;
  JournalWriter& operator=(const JournalWriter&) = delete;
  ~JournalWriter();  // Leaves the file.

  // Writes one record; its payload is the pieces one after another. `header`
  // needs no payload size and no checksum. After an error the journal ends with
  // the record before, and every call gives that error again.
  absl::Status Append(RecordHeader header, absl::Span<const ByteSpan> pieces);

  // Waits until everything is on the disk, for machines that lose power.
  absl::Status Sync();

  const std::string& path() const { return path_; }
  std::int64_t size() const { return size_; }  // Bytes.
  const absl::Status& status() const { return status_; }

 private:
  JournalWriter(std::string path, int descriptor);

  std::string path_;
  int descriptor_;
  std::int64_t size_ = 0;  // Of all complete records.
  absl::Status status_;
};

struct Record {
  RecordHeader header;
  ByteSpan payload;  // Inside the bytes that were read.
};

// What a journal holds. The options and every record were checked.
struct JournalContents {
  std::string options;
  std::vector<Record> records;     // But the options.
  std::int64_t ignored_bytes = 0;  // After the last intact record.
};

// `file` names it in errors. Cost: one pass over the bytes, 56 bytes a record.
absl::StatusOr<JournalContents> ReadJournal(const std::string& file,
                                            ByteSpan bytes);

}  // namespace sampler::logs

#endif  // SAMPLER_LOGS_JOURNAL_H_
