// A file without a name that is written from its beginning to its end and then
// read: what arrays are unpacked to, so that they take no memory.
//
// Errors: Unavailable where it cannot be made or written, naming `path`, the
//   file whose arrays these are.
// Thread-safety: one thread at a time.
// Tested by: tests/logs/npz/npz_test.cc.

#ifndef SAMPLER_LOGS_FILES_SCRATCH_FILE_H_
#define SAMPLER_LOGS_FILES_SCRATCH_FILE_H_

#include <cstdio>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "sampler/logs/files/input_file.h"

namespace sampler::logs {

class ScratchFile {
 public:
  static absl::StatusOr<ScratchFile> Create(const std::string& path);
  ScratchFile(ScratchFile&& other) noexcept
      : path_(std::move(other.path_)), file_(std::exchange(other.file_, {})) {}
  ScratchFile(const ScratchFile&) = delete;
  ScratchFile& operator=(const ScratchFile&) = delete;
  ScratchFile& operator=(ScratchFile&&) = delete;
  ~ScratchFile();

  absl::Status Write(absl::Span<const unsigned char> bytes);

  // What was written. It outlives the scratch file.
  absl::StatusOr<InputFile> Open() const;

 private:
  ScratchFile(std::string path, std::FILE* file)
      : path_(std::move(path)), file_(file) {}

  std::string path_;
  std::FILE* file_;
};

}  // namespace sampler::logs

#endif  // SAMPLER_LOGS_FILES_SCRATCH_FILE_H_
