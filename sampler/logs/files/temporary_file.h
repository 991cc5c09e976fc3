// A file that is being written and gets its name when it is whole.
//
// Where the file system can, the file has no name until then: whatever ends the
// process, SIGKILL and power failures too, leaves nothing. Elsewhere it has a
// short random name in the same folder, ".sampler-0123456789abcdef", which
// fits beside every name, blocks no other run, and is known to
// temporary_names.h. A file that replaces another has such a name everywhere,
// from its last byte until the system has renamed it: systems link no file in
// the place of another.
//
// Publishing under a new name is one operation: of several writers of one name
// exactly one succeeds.
//
// Errors: those of the system, naming the path (output_target.h).
// Thread-safety: one thread at a time.
// Tested by: tests/logs/files/temporary_file_test.cc, tests/faults.

#ifndef SAMPLER_LOGS_FILES_TEMPORARY_FILE_H_
#define SAMPLER_LOGS_FILES_TEMPORARY_FILE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "sampler/logs/files/output_target.h"
#include "sampler/logs/files/temporary_names.h"

namespace sampler::logs {

class TemporaryFile {
 public:
  enum class Kind { kNameless, kNamed };

  // In the folder of `path`, open for reading and writing. kNameless is a wish:
  // a file system without such files gives a named one.
  static absl::StatusOr<TemporaryFile> Create(const std::string& path,
                                              Overwrite overwrite,
                                              Kind kind = Kind::kNameless);

  TemporaryFile(TemporaryFile&& other) noexcept;
  TemporaryFile& operator=(TemporaryFile&&) = delete;
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile();  // Without Publish nothing of the file stays.

  int descriptor() const { return descriptor_; }

  // Gives the file its name. With kYes a regular file of that name is replaced
  // and its permissions are kept. Errors: those of CheckTarget.
  absl::Status Publish();

 private:
  TemporaryFile(std::string path, Overwrite overwrite)
      : path_(std::move(path)), overwrite_(overwrite) {}

  bool CreateNameless(unsigned mode);
  absl::Status CreateNamed(unsigned mode);
  absl::Status Replace();

  std::string path_;
  Overwrite overwrite_;
  int descriptor_ = -1;
  TemporaryName name_;  // Empty while the file is nameless.
};

// ---- Implementation details, for tests ----------------------------------

// Ways to rename a file to a name that must be new, the best first. Each works
// where the ones before it do not.
enum class MoveBy { kRename, kLink, kClaim };

// Renames `from` to `to` if there is no `to`; an errno (EEXIST: there is).
int MoveToNew(const char* from, const char* to, MoveBy way);

}  // namespace sampler::logs

#endif  // SAMPLER_LOGS_FILES_TEMPORARY_FILE_H_
