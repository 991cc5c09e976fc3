#include "sampler/logs/files/input_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sampler/logs/errors.h"
#include "sampler/logs/files/file_names.h"
#include "sampler/logs/files/system_calls.h"
#include "sampler/logs/files/system_error.h"

namespace sampler::logs {
namespace {

absl::Status SystemError(const std::string& path, absl::string_view doing,
                         int error) {
  return SystemStatus(error, absl::StrCat(InputName(path), ": cannot ", doing));
}

}  // namespace

absl::Status CheckHasAnEnd(int descriptor, std::int64_t size,
                           absl::string_view name) {
  struct stat info;
  if (size <= kMostOfADevice || fstat(descriptor, &info) != 0 ||
      !S_ISCHR(info.st_mode)) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      absl::StrCat(name, ": got a device of more than ", kMostOfADevice >> 20,
                   " MB, want a file, a pipe or a device that has an end"));
}

absl::StatusOr<InputFile> InputFile::Open(const std::string& path,
                                          Growth growth) {
  InputFile file(path, growth);
  const int descriptor =
      path == "-" ? STDIN_FILENO : open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return SystemError(path, "open", errno);
  absl::Status status = file.Take(descriptor);
  if (!status.ok()) return status;
  return file;
}

absl::StatusOr<InputFile> InputFile::OfDescriptor(int descriptor,
                                                  const std::string& path) {
  InputFile file(path, Growth::kIsExpected);
  const int own = fcntl(descriptor, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
  if (own < 0) return SystemError(path, "open", errno);
  absl::Status status = file.Take(own);
  if (!status.ok()) return status;
  return file;
}

absl::Status InputFile::Take(int descriptor) {
  // A redirected standard input may be a regular file that someone has already
  // read from; its bytes start where its offset stands, so it is a stream too.
  const bool standard_input = descriptor == STDIN_FILENO && path_ == "-";
  if (!standard_input) descriptor_ = descriptor;  // Closed with this object.
  struct stat info;
  if (fstat(descriptor, &info) != 0) return SystemError(path_, "stat", errno);
  if (S_ISDIR(info.st_mode)) {
    return absl::InvalidArgumentError(
        absl::StrCat(InputName(path_),
                     ": got a directory, want a file; name one log inside it"));
  }
  if (standard_input || !S_ISREG(info.st_mode)) return ReadStream(descriptor);
  const std::timespec modified = ModifiedAt(info);
  version_ = {info.st_size, modified.tv_sec, modified.tv_nsec};
  size_ = info.st_size;
  AdviseSequential(descriptor);
  return absl::OkStatus();
}

absl::Status InputFile::ReadStream(int descriptor) {
  constexpr std::size_t kChunk = std::size_t{1} << 20;
  std::size_t size = 0;
  while (true) {
    memory_.resize(size + kChunk);
    const ssize_t got = read(descriptor, memory_.data() + size, kChunk);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return SystemError(path_, "read", errno);
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
    absl::Status ends = CheckHasAnEnd(
        descriptor, static_cast<std::int64_t>(size), InputName(path_));
    if (!ends.ok()) return ends;
  }
  memory_.resize(size);
  size_ = static_cast<std::int64_t>(size);
  if (descriptor_ >= 0) close(std::exchange(descriptor_, -1));
  return absl::OkStatus();
}

absl::Status InputFile::Changed(std::int64_t offset, std::int64_t row,
                                absl::string_view found) const {
  return TruncatedLog(
      {path_,
       row < 0 ? absl::StrCat("byte ", offset)
               : absl::StrCat("row ", row, " (byte ", offset, ")"),
       found,
       absl::StrCat("the file of ", size_, " bytes that was opened, unchanged"),
       "another program wrote to it meanwhile: wait until it is complete, then "
       "read it again"});
}

absl::Status InputFile::Read(std::int64_t offset, absl::Span<unsigned char> out,
                             std::int64_t row) const {
  if (descriptor_ < 0) {
    if (!out.empty()) {
      std::memcpy(out.data(), memory_.data() + offset, out.size());
    }
    return absl::OkStatus();
  }
  std::size_t done = 0;
  while (done < out.size()) {
    const ssize_t got = pread(descriptor_, out.data() + done, out.size() - done,
                              offset + static_cast<std::int64_t>(done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return SystemError(path_, "read", errno);
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  struct stat info;
  if (fstat(descriptor_, &info) != 0) return SystemError(path_, "stat", errno);
  const std::timespec modified = ModifiedAt(info);
  Version now = {info.st_size, modified.tv_sec, modified.tv_nsec};
  // What was appended is none of the bytes that are read.
  if (growth_ == Growth::kIsExpected && now.size >= version_.size) {
    now = version_;
  }
  if (now.size != version_.size) {
    return Changed(offset, row,
                   absl::StrCat("a file that now has ", now.size, " bytes"));
  }
  if (!(now == version_)) {
    return Changed(offset, row, "a file that was overwritten");
  }
  if (done < out.size()) return Changed(offset, row, "the end of the file");
  return absl::OkStatus();
}

absl::StatusOr<std::vector<unsigned char>> InputFile::Prefix(
    std::int64_t count) const {
  std::vector<unsigned char> bytes(
      static_cast<std::size_t>(std::min(count, size_)));
  absl::Status status = Read(0, absl::MakeSpan(bytes));
  if (!status.ok()) return status;
  return bytes;
}

InputFile::InputFile(InputFile&& other) noexcept
    : path_(std::move(other.path_)),
      growth_(other.growth_),
      size_(std::exchange(other.size_, 0)),
      descriptor_(std::exchange(other.descriptor_, -1)),
      version_(other.version_),
      memory_(std::move(other.memory_)) {}

InputFile& InputFile::operator=(InputFile&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(growth_, other.growth_);
  std::swap(size_, other.size_);
  std::swap(descriptor_, other.descriptor_);
  std::swap(version_, other.version_);
  std::swap(memory_, other.memory_);
  return *this;
}

InputFile::~InputFile() {
  if (descriptor_ >= 0) close(descriptor_);
}

}  // namespace sampler::logs
