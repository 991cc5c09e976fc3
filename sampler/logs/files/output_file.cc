#include "sampler/logs/files/output_file.h"

#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sampler/logs/files/file_names.h"

namespace sampler::logs {
namespace {

constexpr std::size_t kBuffer = std::size_t{1} << 18;

int SyncFile(int descriptor) {
  while (fsync(descriptor) != 0) {
    // EINVAL: nothing to synchronise there.
    if (errno == EINVAL) return 0;
    if (errno != EINTR) return errno;
  }
  return 0;
}

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

absl::StatusOr<OutputFile> OutputFile::Create(const std::string& path,
                                              Overwrite overwrite) {
  OutputFile file(path);
  if (path != "-") {
    auto temporary = TemporaryFile::Create(path, overwrite);
    if (!temporary.ok()) return temporary.status();
    file.file_.emplace(*std::move(temporary));
  }
  file.buffer_.reserve(kBuffer);
  return file;
}

int OutputFile::descriptor() const {
  return file_.has_value() ? file_->descriptor() : STDOUT_FILENO;
}

void OutputFile::Append(absl::Span<const unsigned char> bytes) {
  if (!status_.ok()) return;
  if (buffer_.size() + bytes.size() > kBuffer) Flush();
  if (bytes.size() <= kBuffer) {
    buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
    return;
  }
  if (!status_.ok()) return;
  const int error = WriteFully(descriptor(), bytes);
  if (error != 0) status_.Update(FileError(path_, "write", error));
}

void OutputFile::Flush() {
  const int error = WriteFully(descriptor(), buffer_);
  if (error != 0) status_.Update(FileError(path_, "write", error));
  buffer_.clear();
}

absl::Status OutputFile::Commit() {
  if (status_.ok()) Flush();
  if (!status_.ok()) return status_;
  if (committed_) {
    return absl::FailedPreconditionError(
        absl::StrCat(OutputName(path_), ": is committed already"));
  }
  if (!file_.has_value()) {
    committed_ = true;
    return status_;
  }
  const int error = SyncFile(file_->descriptor());
  if (error != 0) return status_ = FileError(path_, "write", error);
  status_ = file_->Publish();
  committed_ = status_.ok();
  return status_;
}

absl::Status WriteTextFile(const std::string& path, Overwrite overwrite,
                           absl::string_view text) {
  auto file = OutputFile::Create(path, overwrite);
  if (!file.ok()) return file.status();
  file->AppendValues(absl::MakeConstSpan(text.data(), text.size()));
  return file->Commit();
}

}  // namespace sampler::logs
