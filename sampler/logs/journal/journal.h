// The file that a log is while it is being written: every row is on its way to
// the disk when Append returns, in one system call, so a process that is killed
// at any moment leaves all rows that it was told are logged.
//
//   "smpl-log" | record | record | ...       (journal_record.h)
//
//   kOptions  JSON: what the log is. The first two records, so that one damaged
//             place cannot make a journal unreadable
//   kPrompt   i32 ids, added to the prompt of `sequence`
//   kDense    a row's elements
//   kSettings JSON: with what `sequence` is drawn (sequence_settings.h); of
//             several the last one counts
//   kNotes    u32 attempt | u32 bans | i32 ids[bans] | u32 mask words: of the
//             next row of `sequence`
//   kTakeBack the rows of `sequence` from the place on are no longer of the log
//   kSparse   f32 log_sum_exp | i32 ids[n] | f32 logprobs[n] | elements[n]
//
// The writer holds a lock on the file (flock), which the system gives back when
// the process ends: a journal without a lock is that of a dead process. The
// lock also belongs to processes forked meanwhile.
//
// A private format: this version reads what this version wrote, on a machine of
// the same byte order.
//
// Errors: those of output_file.h.
// Thread-safety: one thread at a time.
// Tested by: tests/logs/journal/journal_test.cc, journal_writer_test.cc,
//   logger_lock_test.cc, logger_kill_test.cc (SIGKILL).

#ifndef SAMPLER_LOGS_JOURNAL_JOURNAL_H_
#define SAMPLER_LOGS_JOURNAL_JOURNAL_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "sampler/logs/files/output_target.h"
#include "sampler/logs/files/temporary_file.h"
#include "sampler/logs/journal/journal_record.h"

namespace sampler::logs {

inline constexpr char kJournalMagic[] = "smpl-log";
inline constexpr std::size_t kJournalMagicBytes = sizeof(kJournalMagic) - 1;

class JournalWriter {
 public:
  // Fails with AlreadyExists where there is such a file: it may hold a log that
  // is not yet recovered. With kYes the journal of a dead process is replaced.
  static absl::StatusOr<JournalWriter> Create(
      const std::string& path, Overwrite overwrite = Overwrite::kNo);

  // A journal without a name, in the folder of `path`: whatever ends the
  // process, nothing stays. On file systems without such files it has a random
  // name (temporary_file.h).
  static absl::StatusOr<JournalWriter> CreateNameless(const std::string& path);

  JournalWriter(JournalWriter&& other) noexcept;
  JournalWriter& operator=(JournalWriter&&) = delete;
  JournalWriter(const JournalWriter&) = delete;
  JournalWriter& operator=(const JournalWriter&) = delete;
  ~JournalWriter();  // Leaves a file that has a name.

  // Writes one record; its payload is the pieces one after another. `header`
  // needs no payload size and no checksum. After an error the journal ends with
  // the record before, and every call gives that error again.
  absl::Status Append(RecordHeader header, absl::Span<const ByteSpan> pieces);

  // Waits until everything is on the disk, for machines that lose power.
  absl::Status Sync();

  // Removes the file, unless its name belongs to another file by now.
  void Remove();

  const std::string& path() const { return path_; }
  // For reading what was written, whatever its name means by now.
  int descriptor() const { return descriptor_; }
  std::int64_t size() const { return size_; }  // Bytes.
  const absl::Status& status() const { return status_; }

 private:
  JournalWriter(std::string path, TemporaryFile file);

  // A journal without records, which has no name yet.
  static absl::StatusOr<JournalWriter> Begin(const std::string& path,
                                             Overwrite overwrite);

  std::string path_;
  TemporaryFile file_;
  int descriptor_;
  bool named_ = false;
  std::int64_t size_ = 0;  // Of all complete records.
  absl::Status status_;
};

// Whether a live process writes this journal.
bool IsBeingWritten(const std::string& path);

}  // namespace sampler::logs

#endif  // SAMPLER_LOGS_JOURNAL_JOURNAL_H_
