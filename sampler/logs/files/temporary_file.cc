#include "sampler/logs/files/temporary_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sampler/logs/files/file_names.h"
#include "sampler/logs/files/system_calls.h"

namespace sampler::logs {
namespace {

// The folder of `path` with its slash; "./" where there is none.
std::string FolderOf(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? "./" : path.substr(0, slash + 1);
}

std::string RandomName(const std::string& path) {
  std::uint64_t bits = 0;
  if (!TakeRandomBits(bits)) {
    // open() refuses a name in use.
    bits = static_cast<std::uint64_t>(getpid()) << 32 ^
           reinterpret_cast<std::uintptr_t>(&bits);
  }
  return absl::StrCat(FolderOf(path), ".sampler-",
                      absl::Hex(bits, absl::kZeroPad16));
}

std::string LinkOf(int descriptor) {
  return absl::StrCat("/proc/self/fd/", descriptor);
}

int LinkNameless(int descriptor, const char* to) {
  const std::string from = LinkOf(descriptor);
  return linkat(AT_FDCWD, from.c_str(), AT_FDCWD, to, AT_SYMLINK_FOLLOW) == 0
             ? 0
             : errno;
}

// Owner, group and permissions of the file that is replaced. Where the owner or
// group cannot be kept, the group gets no rights that it did not have.
int CopyPermissions(const struct stat& before, int descriptor) {
  struct stat now;
  if (fstat(descriptor, &now) != 0) return errno;
  mode_t mode = before.st_mode & 07777;
  const bool moved = now.st_uid != before.st_uid || now.st_gid != before.st_gid;
  if (moved && fchown(descriptor, before.st_uid, before.st_gid) != 0) {
    mode &= ~static_cast<mode_t>(S_ISUID | S_ISGID);
    if (fchown(descriptor, static_cast<uid_t>(-1), before.st_gid) != 0) {
      mode &= ~static_cast<mode_t>(S_IRWXG);
    }
  }
  return fchmod(descriptor, mode) == 0 ? 0 : errno;
}

// Makes the new name itself survive a power failure. Not every file system has
// folders that can be synchronised, and the file is whole in any case.
void SyncFolder(const std::string& path) {
  const int folder =
      open(FolderOf(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return;
  (void)fsync(folder);
  close(folder);
}

absl::Status TakenMeanwhile(const std::string& path) {
  return absl::AlreadyExistsError(
      absl::StrCat(OutputName(path),
                   ": exists already; another program wrote it meanwhile"));
}

// Whether the system has no such operation for these files.
bool IsMissing(int error) {
  return error == EINVAL || error == ENOSYS || error == EOPNOTSUPP ||
         error == EPERM;
}

}  // namespace

int MoveToNew(const char* from, const char* to, MoveBy way) {
  if (way == MoveBy::kRename) {
    if (RenameToNew(from, to) == 0) return 0;
    return IsMissing(errno) ? MoveToNew(from, to, MoveBy::kLink) : errno;
  }
  if (way == MoveBy::kLink) {
    if (link(from, to) == 0) {
      (void)unlink(from);
      return 0;
    }
    return IsMissing(errno) ? MoveToNew(from, to, MoveBy::kClaim) : errno;
  }
  // An empty file takes the name, which only one process can do.
  const int claim = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (claim < 0) return errno;
  close(claim);
  if (std::rename(from, to) == 0) return 0;
  const int error = errno;
  (void)unlink(to);
  return error;
}

absl::StatusOr<TemporaryFile> TemporaryFile::Create(const std::string& path,
                                                    Overwrite overwrite,
                                                    Kind kind) {
  absl::Status status = CheckTarget(path, overwrite);
  if (!status.ok()) return status;
  TemporaryFile file(path, overwrite);
  // Content of a file that others may not read is not shown to them on its way.
  struct stat before;
  const unsigned mode = lstat(path.c_str(), &before) == 0 ? 0600 : 0666;
  if (kind == Kind::kNameless && file.CreateNameless(mode)) return file;
  status = file.CreateNamed(mode);
  if (!status.ok()) return status;
  return file;
}

TemporaryFile::TemporaryFile(TemporaryFile&& other) noexcept
    : path_(std::move(other.path_)),
      overwrite_(other.overwrite_),
      descriptor_(std::exchange(other.descriptor_, -1)),
      name_(std::move(other.name_)) {}

TemporaryFile::~TemporaryFile() {
  if (descriptor_ >= 0) close(descriptor_);
}

bool TemporaryFile::CreateNameless(unsigned mode) {
  descriptor_ = OpenNameless(FolderOf(path_).c_str(), mode);
  if (descriptor_ < 0) return false;
  // Without /proc such a file can never get a name.
  struct stat info;
  if (stat(LinkOf(descriptor_).c_str(), &info) == 0 && info.st_nlink == 0) {
    return true;
  }
  close(std::exchange(descriptor_, -1));
  return false;
}

absl::Status TemporaryFile::CreateNamed(unsigned mode) {
  constexpr int kTries = 100;
  for (int i = 0; i < kTries; ++i) {
    const std::string name = RandomName(path_);
    descriptor_ =
        open(name.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (descriptor_ >= 0) {
      name_ = TemporaryName(name);
      return absl::OkStatus();
    }
    if (errno != EEXIST) break;
  }
  return FileError(path_, "create", errno);
}

absl::Status TemporaryFile::Replace() {
  struct stat before;
  if (lstat(path_.c_str(), &before) == 0) {
    const int error = CopyPermissions(before, descriptor_);
    if (error != 0) return FileError(path_, "set the permissions of", error);
  }
  if (name_.c_str() == nullptr) {
    TemporaryName name(RandomName(path_));
    const int error = LinkNameless(descriptor_, name.c_str());
    if (error != 0) return FileError(path_, "create", error);
    name_ = std::move(name);
  }
  if (std::rename(name_.c_str(), path_.c_str()) != 0) {
    return FileError(path_, "rename to it", errno);
  }
  return absl::OkStatus();
}

absl::Status TemporaryFile::Publish() {
  absl::Status status = CheckTarget(path_, overwrite_);
  if (absl::IsAlreadyExists(status)) return TakenMeanwhile(path_);
  if (!status.ok()) return status;
  const bool may_replace = overwrite_ == Overwrite::kYes;
  // A nameless file takes a new name in one step even where it may replace: a
  // second name, which SIGKILL would leave behind, is only for what is there.
  int error = EEXIST;
  if (name_.c_str() == nullptr) {
    error = LinkNameless(descriptor_, path_.c_str());
  } else if (!may_replace) {
    error = MoveToNew(name_.c_str(), path_.c_str(), MoveBy::kRename);
  }
  if (error == EEXIST) {
    status = may_replace ? Replace() : TakenMeanwhile(path_);
  } else if (error != 0) {
    status = FileError(path_, "create", error);
  }
  if (status.ok()) SyncFolder(path_);
  return status;
}

}  // namespace sampler::logs
