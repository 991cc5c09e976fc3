#include "sampler/logs/files/scratch_file.h"

#include <cerrno>

#include "absl/strings/str_cat.h"
#include "sampler/logs/files/output_file.h"

namespace sampler::logs {
namespace {

absl::Status Unwritable(const std::string& path) {
  return absl::UnavailableError(
      absl::StrCat(path, ": its arrays cannot be copied to a temporary file: ",
                   absl::ErrnoToStatus(errno, "").message()));
}

}  // namespace

absl::StatusOr<ScratchFile> ScratchFile::Create(const std::string& path) {
  std::FILE* const file = std::tmpfile();
  if (file == nullptr) return Unwritable(path);
  return ScratchFile(path, file);
}

ScratchFile::~ScratchFile() {
  if (file_ != nullptr) std::fclose(file_);
}

absl::Status ScratchFile::Write(absl::Span<const unsigned char> bytes) {
  errno = WriteFully(fileno(file_), bytes);
  return errno == 0 ? absl::OkStatus() : Unwritable(path_);
}

absl::StatusOr<InputFile> ScratchFile::Open() const {
  return InputFile::OfDescriptor(fileno(file_), path_);
}

}  // namespace sampler::logs
