#include "sampler/logs/output_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sampler/logs/system_error.h"

namespace sampler::logs {
namespace {

constexpr std::size_t kBuffer = std::size_t{1} << 18;

}  // namespace

int WriteFully(int descriptor, absl::Span<const unsigned char> bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    if (written == 0) return ENOSPC;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

absl::Status FileError(const std::string& path, absl::string_view doing,
                       int error) {
  return SystemStatus(error, absl::StrCat(path, ": cannot ", doing));
}

OutputFile::OutputFile(std::string path, Overwrite overwrite)
    : path_(std::move(path)),
      temporary_(absl::StrCat(path_, ".tmp-", getpid())),
      overwrite_(overwrite) {}

absl::StatusOr<OutputFile> OutputFile::Create(const std::string& path,
                                              Overwrite overwrite) {
  struct stat info;
  if (overwrite == Overwrite::kNo && stat(path.c_str(), &info) == 0) {
    return absl::AlreadyExistsError(absl::StrCat(
        path, ": exists already; name another file, or allow overwriting"));
  }
  OutputFile file(path, overwrite);
  file.descriptor_ = open(file.temporary_.c_str(),
                          O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (file.descriptor_ < 0) return FileError(path, "create", errno);
  file.buffer_.reserve(kBuffer);
  return file;
}

OutputFile::OutputFile(OutputFile&& other) noexcept
    : path_(std::move(other.path_)),
      temporary_(std::move(other.temporary_)),
      overwrite_(other.overwrite_),
      descriptor_(std::exchange(other.descriptor_, -1)),
      buffer_(std::move(other.buffer_)),
      status_(std::move(other.status_)) {}

OutputFile::~OutputFile() {
  if (descriptor_ < 0) return;
  close(descriptor_);
  unlink(temporary_.c_str());
}

void OutputFile::Append(absl::Span<const unsigned char> bytes) {
  if (!status_.ok()) return;
  if (buffer_.size() + bytes.size() > kBuffer) Flush();
  if (bytes.size() <= kBuffer) {
    buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
    return;
  }
  const int error = WriteFully(descriptor_, bytes);
  if (error != 0) status_.Update(FileError(path_, "write", error));
}

void OutputFile::Flush() {
  const int error = WriteFully(descriptor_, buffer_);
  if (error != 0) status_.Update(FileError(path_, "write", error));
  buffer_.clear();
}

absl::Status OutputFile::Commit() {
  if (status_.ok()) Flush();
  if (!status_.ok()) return status_;
  if (descriptor_ < 0) {
    return absl::FailedPreconditionError(
        absl::StrCat(path_, ": is committed already"));
  }
  if (fsync(descriptor_) != 0 && errno != EINVAL) {
    return status_ = FileError(path_, "write", errno);
  }
  // The name may have been taken while this file was being written.
  struct stat info;
  if (overwrite_ == Overwrite::kNo && stat(path_.c_str(), &info) == 0) {
    return status_ = absl::AlreadyExistsError(absl::StrCat(
               path_, ": exists already; another program wrote it meanwhile"));
  }
  if (std::rename(temporary_.c_str(), path_.c_str()) != 0) {
    return status_ = FileError(path_, "rename to it", errno);
  }
  close(std::exchange(descriptor_, -1));
  return absl::OkStatus();
}

}  // namespace sampler::logs
