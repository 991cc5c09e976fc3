#include "sampler/logs/journal/journal.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sampler/logs/files/file_names.h"
#include "sampler/logs/files/output_file.h"
#include "sampler/logs/files/system_calls.h"

namespace sampler::logs {
namespace {

constexpr std::size_t kMostPieces = 6;

// Writes all pieces in as few calls as the system makes of it; an errno.
int WritePieces(int descriptor, std::array<iovec, kMostPieces + 1> pieces,
                std::size_t count) {
  iovec* next = pieces.data();
  while (count > 0) {
    if (next->iov_len == 0) {
      ++next;
      --count;
      continue;
    }
    const ssize_t result = writev(descriptor, next, static_cast<int>(count));
    if (result < 0 && errno == EINTR) continue;
    if (result < 0) return errno;
    if (result == 0) return ENOSPC;
    auto written = static_cast<std::size_t>(result);
    while (count > 0 && written >= next->iov_len) {
      written -= next->iov_len;
      ++next;
      --count;
    }
    if (count == 0) break;
    next->iov_base = static_cast<char*>(next->iov_base) + written;
    next->iov_len -= written;
  }
  return 0;
}

// A descriptor that is closed in the end.
class Descriptor {
 public:
  // Waits for no writer of a named pipe and follows no symbolic link.
  explicit Descriptor(const std::string& path)
      : value_(open(path.c_str(),
                    O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC)) {}
  ~Descriptor() {
    if (value_ >= 0) close(value_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int value() const { return value_; }

 private:
  int value_;
};

bool IsRegular(int descriptor) {
  struct stat info;
  return fstat(descriptor, &info) == 0 && S_ISREG(info.st_mode);
}

// False only if another process holds the lock; a file system without locks
// cannot tell.
bool Lock(int descriptor, int how) {
  return flock(descriptor, how | LOCK_NB) == 0 || errno != EWOULDBLOCK;
}

// Makes room for a new journal, or says why there is none.
absl::Status MakeRoom(const std::string& path, Overwrite overwrite) {
  struct stat info;
  if (lstat(path.c_str(), &info) != 0) return absl::OkStatus();
  const std::string name = OutputName(path);
  if (!S_ISREG(info.st_mode)) {
    return absl::AlreadyExistsError(
        absl::StrCat(name, ": got ", FileTypeName(info.st_mode),
                     ", want a new name; remove it"));
  }
  const Descriptor old(path);
  if (old.value() >= 0 && !Lock(old.value(), LOCK_EX)) {
    return absl::AlreadyExistsError(absl::StrCat(
        name,
        ": another logger is writing it now; name another log, or recover it "
        "(sampler convert --recover) when that logger has ended"));
  }
  if (overwrite == Overwrite::kNo || old.value() < 0) {
    return absl::AlreadyExistsError(absl::StrCat(
        name,
        ": exists already: a log that was not finished; recover it (sampler "
        "convert --recover) or remove it"));
  }
  return unlink(path.c_str()) == 0 || errno == ENOENT
             ? absl::OkStatus()
             : FileError(path, "replace", errno);
}

}  // namespace

JournalWriter::JournalWriter(std::string path, TemporaryFile file)
    : path_(std::move(path)),
      file_(std::move(file)),
      descriptor_(file_.descriptor()) {}

absl::StatusOr<JournalWriter> JournalWriter::Create(const std::string& path,
                                                    Overwrite overwrite) {
  absl::Status status = MakeRoom(path, overwrite);
  if (!status.ok()) return status;
  auto journal = Begin(path, Overwrite::kNo);
  if (!journal.ok()) return journal;
  // The file is locked before it has its name, so no other process ever takes
  // it for that of a dead one.
  status = journal->file_.Publish();
  if (!status.ok()) return status;
  journal->named_ = true;
  return journal;
}

absl::StatusOr<JournalWriter> JournalWriter::CreateNameless(
    const std::string& path) {
  // It never takes the name, which a file may have.
  return Begin(path, Overwrite::kYes);
}

absl::StatusOr<JournalWriter> JournalWriter::Begin(const std::string& path,
                                                   Overwrite overwrite) {
  auto file = TemporaryFile::Create(path, overwrite);
  if (!file.ok()) return file.status();
  JournalWriter writer(path, *std::move(file));
  const int descriptor = writer.descriptor_;
  (void)Lock(descriptor, LOCK_EX);
  // Many processes cannot put their pieces into each other's.
  (void)fcntl(descriptor, F_SETFL, O_APPEND);
  const int error = WriteFully(
      descriptor,
      AsBytes(absl::MakeConstSpan(kJournalMagic, kJournalMagicBytes)));
  if (error != 0) return FileError(path, "write", error);
  writer.size_ = kJournalMagicBytes;
  return writer;
}

JournalWriter::JournalWriter(JournalWriter&&) noexcept = default;
JournalWriter::~JournalWriter() = default;

absl::Status JournalWriter::Append(RecordHeader header,
                                   absl::Span<const ByteSpan> pieces) {
  if (!status_.ok()) return status_;
  if (pieces.size() > kMostPieces) {
    return absl::InternalError("a record of too many pieces");
  }
  header.payload = 0;
  for (const ByteSpan piece : pieces) header.payload += piece.size();
  header.checksum = ChecksumOf(header, pieces);
  std::array<iovec, kMostPieces + 1> parts;
  parts[0] = {&header, sizeof(header)};
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    parts[i + 1] = {const_cast<unsigned char*>(pieces[i].data()),
                    pieces[i].size()};
  }
  const int error = WritePieces(descriptor_, parts, pieces.size() + 1);
  if (error != 0) {
    // Half a record is ignored by readers, but takes up room.
    if (ftruncate(descriptor_, size_) != 0) {
      return status_ = FileError(path_, "write, nor truncate", error);
    }
    return status_ = FileError(path_, "write", error);
  }
  size_ += static_cast<std::int64_t>(sizeof(header) + header.payload);
  return absl::OkStatus();
}

absl::Status JournalWriter::Sync() {
  if (status_.ok() && SyncData(descriptor_) != 0) {
    status_ = FileError(path_, "write", errno);
  }
  return status_;
}

void JournalWriter::Remove() {
  struct stat ours;
  struct stat named;
  if (named_ && fstat(descriptor_, &ours) == 0 &&
      lstat(path_.c_str(), &named) == 0 && ours.st_dev == named.st_dev &&
      ours.st_ino == named.st_ino) {
    (void)unlink(path_.c_str());
  }
}

bool IsBeingWritten(const std::string& path) {
  const Descriptor file(path);
  return file.value() >= 0 && IsRegular(file.value()) &&
         !Lock(file.value(), LOCK_SH);
}

}  // namespace sampler::logs
