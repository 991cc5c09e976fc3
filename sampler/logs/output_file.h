// A file that appears whole or not at all: written under a temporary name
// beside it and renamed when all of it is on the disk.
//
// Errors: those of the system, naming the path: ResourceExhausted (disk full),
//   PermissionDenied, NotFound (no such folder), AlreadyExists. After an error
//   every call gives that error again, and no file appears.
// Thread-safety: one thread at a time.
// Cost: a system call per 256 KiB, or per larger piece; no copy of those.
// Tested by: tests/logs/output_file_test.cc.

#ifndef SAMPLER_LOGS_OUTPUT_FILE_H_
#define SAMPLER_LOGS_OUTPUT_FILE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"

namespace sampler::logs {

enum class Overwrite { kNo, kYes };

// Writes all of `bytes`, whatever the system makes of one call; an errno.
int WriteFully(int descriptor, absl::Span<const unsigned char> bytes);

// A system error about `path`: "run.safetensors: cannot write: No space...".
absl::Status FileError(const std::string& path, absl::string_view doing,
                       int error);

class OutputFile {
 public:
  static absl::StatusOr<OutputFile> Create(const std::string& path,
                                           Overwrite overwrite);

  OutputFile(OutputFile&& other) noexcept;
  OutputFile& operator=(OutputFile&&) = delete;
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;
  // Without Commit: removes what was written.
  ~OutputFile();

  // Errors are kept for Commit.
  void Append(absl::Span<const unsigned char> bytes);
  template <typename T>
  void AppendValues(absl::Span<const T> values) {
    Append({reinterpret_cast<const unsigned char*>(values.data()),
            values.size() * sizeof(T)});
  }

  // Has a write failed? A long loop may stop early.
  bool failed() const { return !status_.ok(); }

  // Puts the file in its place.
  absl::Status Commit();

 private:
  OutputFile(std::string path, Overwrite overwrite);

  void Flush();

  std::string path_;
  std::string temporary_;
  Overwrite overwrite_;
  int descriptor_ = -1;
  std::vector<unsigned char> buffer_;
  absl::Status status_;
};

}  // namespace sampler::logs

#endif  // SAMPLER_LOGS_OUTPUT_FILE_H_
