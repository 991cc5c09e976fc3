#include "tests/faults/failing_calls.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/uio.h>

#include <csignal>
#include <cstdarg>
#include <cstdio>

namespace {

using sampler::faults::CallFault;

// What a call does.
enum class Kind { kLooks, kReads, kWrites };

bool armed = false;
CallFault fault = CallFault::kError;
int error = 0;
std::int64_t left = 0;
const char* happened = "";

bool Counts(Kind kind, bool interruptible) {
  switch (fault) {
    case CallFault::kError:
    case CallFault::kKill:
      return true;
    case CallFault::kFullDisk:
      return kind == Kind::kWrites;
    case CallFault::kInterruption:
      return interruptible;
    case CallFault::kShortCount:
      break;
  }
  return interruptible && kind != Kind::kLooks;
}

// Is this call the faulty one?
bool IsFaulty(const char* name, Kind kind, bool interruptible) {
  if (!armed || !Counts(kind, interruptible)) return false;
  --left;
  const bool faulty = fault == CallFault::kFullDisk ? left < 0 : left == -1;
  if (faulty && fault == CallFault::kKill) raise(SIGKILL);
  if (faulty && *happened == '\0') happened = name;
  return faulty;
}

// Sets errno and returns true if this call fails.
bool Fails(const char* name, Kind kind, bool interruptible = false) {
  if (!IsFaulty(name, kind, interruptible)) return false;
  errno = fault == CallFault::kInterruption ? EINTR : error;
  return true;
}

// The same of calls that move bytes: shortens `size` instead.
bool FailsOrShortens(const char* name, Kind kind, size_t& size) {
  if (!IsFaulty(name, kind, /*interruptible=*/true)) return false;
  if (fault == CallFault::kShortCount) {
    size = size < 1 ? size : 1;
    return false;
  }
  errno = fault == CallFault::kInterruption ? EINTR : error;
  return true;
}

}  // namespace

namespace sampler::faults {

FailingCalls::FailingCalls(std::int64_t nth, CallFault how, int with) {
  left = nth - 1;
  fault = how;
  error = with;
  ::happened = "";
  armed = true;
}
FailingCalls::~FailingCalls() { armed = false; }
std::string FailingCalls::happened() const { return ::happened; }

}  // namespace sampler::faults

// The linker sends calls of `open` to __wrap_open, and those of __real_open to
// the C library.
// NOLINTBEGIN(bugprone-reserved-identifier)
extern "C" {

#define SAMPLER_WRAP(kind, result, name, parameters, arguments) \
  result __real_##name parameters;                              \
  result __wrap_##name parameters {                             \
    if (Fails(#name, Kind::kind)) return -1;                    \
    return __real_##name arguments;                             \
  }

SAMPLER_WRAP(kLooks, int, fstat, (int file, struct stat* info), (file, info))
SAMPLER_WRAP(kLooks, int, stat, (const char* path, struct stat* info),
             (path, info))
SAMPLER_WRAP(kLooks, int, lstat, (const char* path, struct stat* info),
             (path, info))
SAMPLER_WRAP(kLooks, int, flock, (int file, int how), (file, how))
SAMPLER_WRAP(kLooks, int, unlink, (const char* path), (path))
SAMPLER_WRAP(kLooks, int, fchmod, (int file, mode_t mode), (file, mode))
SAMPLER_WRAP(kLooks, int, fchown, (int file, uid_t user, gid_t group),
             (file, user, group))
SAMPLER_WRAP(kLooks, int, ftruncate, (int file, off_t size), (file, size))
SAMPLER_WRAP(kWrites, int, fdatasync, (int file), (file))
SAMPLER_WRAP(kWrites, int, rename, (const char* from, const char* to),
             (from, to))
SAMPLER_WRAP(kWrites, int, renameat2,
             (int a, const char* from, int b, const char* to, unsigned flags),
             (a, from, b, to, flags))
SAMPLER_WRAP(kWrites, int, link, (const char* from, const char* to), (from, to))
SAMPLER_WRAP(kWrites, int, linkat,
             (int a, const char* from, int b, const char* to, int flags),
             (a, from, b, to, flags))

#undef SAMPLER_WRAP

int __real_fsync(int file);
int __wrap_fsync(int file) {
  if (Fails("fsync", Kind::kWrites, /*interruptible=*/true)) return -1;
  return __real_fsync(file);
}

int __real_open(const char* path, int flags, ...);
int __wrap_open(const char* path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  const bool creates = (flags & (O_CREAT | O_TMPFILE)) != 0;
  const mode_t mode = creates ? va_arg(rest, mode_t) : 0;
  va_end(rest);
  if (Fails("open", creates ? Kind::kWrites : Kind::kLooks)) return -1;
  return __real_open(path, flags, mode);
}

int __real_fcntl(int file, int command, ...);
int __wrap_fcntl(int file, int command, ...) {
  va_list rest;
  va_start(rest, command);
  const long argument = va_arg(rest, long);
  va_end(rest);
  if (Fails("fcntl", Kind::kLooks)) return -1;
  return __real_fcntl(file, command, argument);
}

std::FILE* __real_tmpfile();
std::FILE* __wrap_tmpfile() {
  if (Fails("tmpfile", Kind::kWrites)) return nullptr;
  return __real_tmpfile();
}

ssize_t __real_read(int file, void* out, size_t size);
ssize_t __wrap_read(int file, void* out, size_t size) {
  if (FailsOrShortens("read", Kind::kReads, size)) return -1;
  return __real_read(file, out, size);
}

ssize_t __real_pread(int file, void* out, size_t size, off_t offset);
ssize_t __wrap_pread(int file, void* out, size_t size, off_t offset) {
  if (FailsOrShortens("pread", Kind::kReads, size)) return -1;
  return __real_pread(file, out, size, offset);
}

ssize_t __real_write(int file, const void* bytes, size_t size);
ssize_t __wrap_write(int file, const void* bytes, size_t size) {
  if (FailsOrShortens("write", Kind::kWrites, size)) return -1;
  return __real_write(file, bytes, size);
}

ssize_t __real_writev(int file, const iovec* pieces, int count);
ssize_t __wrap_writev(int file, const iovec* pieces, int count) {
  size_t size = 2;
  if (FailsOrShortens("writev", Kind::kWrites, size)) return -1;
  if (size == 1) return __real_write(file, pieces->iov_base, 1);
  return __real_writev(file, pieces, count);
}

}  // extern "C"
// NOLINTEND(bugprone-reserved-identifier)
