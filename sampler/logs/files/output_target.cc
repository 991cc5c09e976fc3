#include "sampler/logs/files/output_target.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "sampler/logs/files/file_names.h"
#include "sampler/logs/files/system_error.h"

namespace sampler::logs {
namespace {

absl::Status NotAFile(const std::string& path, absl::string_view found) {
  return absl::InvalidArgumentError(absl::StrCat(
      OutputName(path), ": got ", found,
      ", want a new name or a regular file; \"-\" is standard output"));
}

// Follows symbolic links; false if there is no such file.
bool Identify(const std::string& path, int standard, struct stat& info) {
  return path == "-" ? fstat(standard, &info) == 0
                     : stat(path.c_str(), &info) == 0;
}

}  // namespace

absl::Status FileError(const std::string& path, absl::string_view doing,
                       int error) {
  return SystemStatus(error,
                      absl::StrCat(OutputName(path), ": cannot ", doing));
}

absl::string_view FileTypeName(unsigned mode) {
  if (S_ISREG(mode)) return "a regular file";
  if (S_ISDIR(mode)) return "a folder";
  if (S_ISLNK(mode)) return "a symbolic link";
  if (S_ISFIFO(mode)) return "a named pipe";
  if (S_ISSOCK(mode)) return "a socket";
  return "a device";
}

absl::Status CheckTarget(const std::string& path, Overwrite overwrite) {
  if (path == "-") return absl::OkStatus();
  if (path.empty()) {
    return absl::InvalidArgumentError(
        "output: got an empty name, want the name of a file");
  }
  if (absl::EndsWith(path, "/")) return NotAFile(path, "the name of a folder");
  struct stat info;
  if (lstat(path.c_str(), &info) != 0) {
    return errno == ENOENT ? absl::OkStatus()
                           : FileError(path, "create", errno);
  }
  if (!S_ISREG(info.st_mode)) return NotAFile(path, FileTypeName(info.st_mode));
  if (overwrite == Overwrite::kYes) return absl::OkStatus();
  return absl::AlreadyExistsError(
      absl::StrCat(OutputName(path),
                   ": exists already; name another file, or allow "
                   "overwriting"));
}

absl::Status CheckNotInput(const std::string& path,
                           absl::Span<const std::string> inputs) {
  struct stat output;
  if (!Identify(path, STDOUT_FILENO, output)) return absl::OkStatus();
  // The same terminal, device or pipe may be read and written.
  if (!S_ISREG(output.st_mode)) return absl::OkStatus();
  for (const std::string& input : inputs) {
    struct stat info;
    if (input.empty() || !Identify(input, STDIN_FILENO, info)) continue;
    if (info.st_dev != output.st_dev || info.st_ino != output.st_ino) continue;
    return absl::InvalidArgumentError(absl::StrCat(
        OutputName(path), ": got the input ", InputName(input),
        ", want another file: a file is not replaced while it is read"));
  }
  return absl::OkStatus();
}

}  // namespace sampler::logs
