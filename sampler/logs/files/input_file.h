// A file that is read piece by piece, at any offset, and that is noticed to
// change: a 70 GB log costs the memory of one row, and a log that another
// program truncates or overwrites meanwhile gives an error, not a signal (as a
// mapping would) and not a mixture of two files.
//
// A regular file is read in place. A stream ("-" for standard input, a pipe, a
// device) is read into memory when it is opened; of a device, which may have no
// end (/dev/zero), not more than kMostOfADevice.
//
// A file to which its writer still appends is read as long as it was when it
// was opened.
//
// Errors: NotFound, PermissionDenied, InvalidArgument (a directory, a device
//   that goes on),
//   Unavailable (a read that the system refuses), DataLoss (the file is not
//   what it was when it was opened: another size, or written to since), each
//   naming the path.
// Not promised: that a change is noticed which leaves size and time of the last
//   change as they were.
// Thread-safety: immutable; any number of threads may read.
// Cost: Read: two system calls and one copy.
// Tested by: tests/logs/files/input_file_test.cc.

#ifndef SAMPLER_LOGS_FILES_INPUT_FILE_H_
#define SAMPLER_LOGS_FILES_INPUT_FILE_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace sampler::logs {

// Whether the file may become longer while it is read. (Then its time of the
// last change says nothing, so only a shorter file is noticed.)
enum class Growth { kIsAnError, kIsExpected };

inline constexpr std::int64_t kMostOfADevice = std::int64_t{64} << 20;

// InvalidArgument if `descriptor` is a character device and more than
// kMostOfADevice bytes, `size`, were read from it. `name` is for errors.
absl::Status CheckHasAnEnd(int descriptor, std::int64_t size,
                           absl::string_view name);

class InputFile {
 public:
  static absl::StatusOr<InputFile> Open(const std::string& path,
                                        Growth growth = Growth::kIsAnError);

  // The regular file that is open as `descriptor`, whatever name it has by now
  // and whoever appends to it. The descriptor stays the caller's. `path` names
  // it in errors.
  static absl::StatusOr<InputFile> OfDescriptor(int descriptor,
                                                const std::string& path);

  InputFile(InputFile&& other) noexcept;
  InputFile& operator=(InputFile&& other) noexcept;
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;
  ~InputFile();

  const std::string& path() const { return path_; }
  std::int64_t size() const { return size_; }  // Bytes, when it was opened.

  // Fills `out` with the bytes from `offset` on. An error says which `row` they
  // belong to; -1: none.
  // REQUIRES: 0 <= offset, offset + out.size() <= size().
  absl::Status Read(std::int64_t offset, absl::Span<unsigned char> out,
                    std::int64_t row = -1) const;

  // The first `count` bytes, or as many as there are.
  absl::StatusOr<std::vector<unsigned char>> Prefix(std::int64_t count) const;

  // All of it. Cost: memory of the file's size.
  absl::StatusOr<std::vector<unsigned char>> ReadAll() const {
    return Prefix(size_);
  }

 private:
  // What tells one version of a file from another.
  struct Version {
    std::int64_t size = 0;
    std::int64_t seconds = 0;  // Time of the last change.
    std::int64_t nanoseconds = 0;
    friend bool operator==(const Version&, const Version&) = default;
  };

  InputFile(std::string path, Growth growth)
      : path_(std::move(path)), growth_(growth) {}

  // Takes over a file, which is open.
  absl::Status Take(int descriptor);
  absl::Status ReadStream(int descriptor);
  absl::Status Changed(std::int64_t offset, std::int64_t row,
                       absl::string_view found) const;

  std::string path_;
  Growth growth_ = Growth::kIsAnError;
  std::int64_t size_ = 0;
  int descriptor_ = -1;  // Of a regular file; else all is in memory_.
  Version version_;
  std::vector<unsigned char> memory_;
};

}  // namespace sampler::logs

#endif  // SAMPLER_LOGS_FILES_INPUT_FILE_H_
