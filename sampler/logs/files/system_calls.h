// What systems call by different names, behind one name each: the files of this
// folder and the journal use these, and otherwise what POSIX has.
//
// Linux is what is tested. macOS is compiled for, and not run.
//
// Tested by: tests/logs/files (through what uses them), tests/faults.

#ifndef SAMPLER_LOGS_FILES_SYSTEM_CALLS_H_
#define SAMPLER_LOGS_FILES_SYSTEM_CALLS_H_

#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <ctime>

namespace sampler::logs {

#if defined(__APPLE__)

inline std::timespec ModifiedAt(const struct stat& info) {
  return info.st_mtimespec;
}
inline void AdviseSequential(int /*descriptor*/) {}
inline int SyncData(int descriptor) { return fcntl(descriptor, F_FULLFSYNC); }
inline int OpenNameless(const char* /*folder*/, mode_t /*mode*/) {
  errno = EOPNOTSUPP;
  return -1;
}
inline int RenameToNew(const char* from, const char* to) {
  return renamex_np(from, to, RENAME_EXCL);
}
inline bool TakeRandomBits(std::uint64_t& bits) {
  return getentropy(&bits, sizeof(bits)) == 0;
}

#else

// When a file was last written to.
inline std::timespec ModifiedAt(const struct stat& info) {
  return info.st_mtim;
}

// Only advice: a system that does not take it is as correct, and slower.
inline void AdviseSequential(int descriptor) {
  (void)posix_fadvise(descriptor, 0, 0, POSIX_FADV_SEQUENTIAL);
}

// What was written is on the disk, with what is needed to read it: 0, or -1 and
// errno (also below).
inline int SyncData(int descriptor) { return fdatasync(descriptor); }

// A file without a name, in this folder: a descriptor, or -1.
inline int OpenNameless(const char* folder, mode_t mode) {
  return open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, mode);
}

// Renames, unless there is a file of the new name (EEXIST).
inline int RenameToNew(const char* from, const char* to) {
  return renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE);
}

// False before the system has random numbers, without waiting for them.
inline bool TakeRandomBits(std::uint64_t& bits) {
  return getrandom(&bits, sizeof(bits), GRND_NONBLOCK) == sizeof(bits);
}

#endif

}  // namespace sampler::logs

#endif  // SAMPLER_LOGS_FILES_SYSTEM_CALLS_H_
