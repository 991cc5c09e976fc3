// The bytes of a file, read-only: mapped if it is a regular file, so that a
// 70 GB log costs address space and not memory; read into memory if it is a
// stream ("-" for standard input, a pipe, a device).
//
// Contract: bytes() stays valid and unchanged until the object is destroyed;
//   moving the object does not move the bytes.
// Thread-safety: immutable; any number of threads may read.
// Errors: NotFound, PermissionDenied, InvalidArgument (a directory) or
//   Unavailable (a read or a mapping that the system refuses), each naming the
//   path.
// Not promised: that a file which another process truncates while it is mapped
//   is noticed (the kernel then raises SIGBUS).
// Tested by: tests/logs/mapped_file_test.cc.

#ifndef SAMPLER_LOGS_MAPPED_FILE_H_
#define SAMPLER_LOGS_MAPPED_FILE_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"

namespace sampler::logs {

class MappedFile {
 public:
  static absl::StatusOr<MappedFile> Open(const std::string& path);

  // The file that is open as `descriptor`, whatever name it has by now. The
  // descriptor stays the caller's. `path` names it in errors.
  static absl::StatusOr<MappedFile> OfDescriptor(int descriptor,
                                                 const std::string& path);

  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  ~MappedFile();

  absl::Span<const unsigned char> bytes() const {
    return mapped_ != nullptr ? absl::MakeConstSpan(mapped_, mapped_size_)
                              : absl::MakeConstSpan(memory_);
  }

 private:
  MappedFile() = default;

  absl::Status ReadAll(int descriptor, const std::string& path);
  absl::Status Map(int descriptor, std::size_t size, const std::string& path);

  // Exactly one of the two holds the file; an empty file is an empty memory_.
  const unsigned char* mapped_ = nullptr;
  std::size_t mapped_size_ = 0;
  std::vector<unsigned char> memory_;
};

}  // namespace sampler::logs

#endif  // SAMPLER_LOGS_MAPPED_FILE_H_
