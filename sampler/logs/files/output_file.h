// The one way in which this project writes a file: it appears whole or not at
// all. Every output of the library and of the tool is opened here.
//
// Only new names and regular files are written to (output_target.h); "-" is
// standard output, which gets the bytes as they come. A replaced file keeps its
// permissions. Without Overwrite::kYes exactly one of several writers of one
// name succeeds (temporary_file.h).
//
// Errors: those of output_target.h and of the system, naming the path:
//   ResourceExhausted (disk full), PermissionDenied, NotFound (no such folder),
//   AlreadyExists. After an error every call gives that error again, and no
//   file appears. A program that wants an error from the limit of a file's size
//   must ignore SIGXFSZ, as the `sampler` tool does.
// Thread-safety: one thread at a time.
// Cost: a system call per 256 KiB, or per larger piece; no copy of those.
// Tested by: tests/logs/files/output_file_test.cc.

#ifndef SAMPLER_LOGS_FILES_OUTPUT_FILE_H_
#define SAMPLER_LOGS_FILES_OUTPUT_FILE_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "sampler/logs/files/output_target.h"
#include "sampler/logs/files/temporary_file.h"

namespace sampler::logs {

// Writes all of `bytes`, whatever the system makes of one call; an errno.
int WriteFully(int descriptor, absl::Span<const unsigned char> bytes);

class OutputFile {
 public:
  static absl::StatusOr<OutputFile> Create(const std::string& path,
                                           Overwrite overwrite);

  OutputFile(OutputFile&&) noexcept = default;
  OutputFile& operator=(OutputFile&&) = delete;
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;
  // Without Commit: removes what was written.
  ~OutputFile() = default;

  // Errors are kept for Commit.
  void Append(absl::Span<const unsigned char> bytes);
  template <typename T>
  void AppendValues(absl::Span<const T> values) {
    Append({reinterpret_cast<const unsigned char*>(values.data()),
            values.size() * sizeof(T)});
  }

  // Returns true if a write has failed: a long loop may stop early.
  bool failed() const { return !status_.ok(); }

  // Puts the file in its place, once.
  absl::Status Commit();

 private:
  explicit OutputFile(std::string path) : path_(std::move(path)) {}

  int descriptor() const;
  void Flush();

  std::string path_;
  std::optional<TemporaryFile> file_;  // Empty for standard output.
  bool committed_ = false;
  std::vector<unsigned char> buffer_;
  absl::Status status_;
};

// Writes `text` as the file `path`.
absl::Status WriteTextFile(const std::string& path, Overwrite overwrite,
                           absl::string_view text);

}  // namespace sampler::logs

#endif  // SAMPLER_LOGS_FILES_OUTPUT_FILE_H_
