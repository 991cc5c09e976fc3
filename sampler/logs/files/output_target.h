// Which names a program may write to: new names and, if asked for, those of
// regular files. A device, a named pipe, a folder or a symbolic link is never
// replaced by a file. "-" is standard output.
//
// Thread-safety: pure functions of the file system.
// Tested by: tests/logs/files/output_target_test.cc.

#ifndef SAMPLER_LOGS_FILES_OUTPUT_TARGET_H_
#define SAMPLER_LOGS_FILES_OUTPUT_TARGET_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "sampler/logs/overwrite.h"

namespace sampler::logs {

// A system error about `path`: "run.safetensors: cannot write: No space...".
// What runs out (disk, quota, the limit of a file's size) is ResourceExhausted.
absl::Status FileError(const std::string& path, absl::string_view doing,
                       int error);

// "a folder", "a symbolic link", "a regular file", ... of an st_mode.
absl::string_view FileTypeName(unsigned mode);

// Errors: InvalidArgument (an empty name, the name of a folder, anything that
//   is not a regular file), AlreadyExists (a regular file, with kNo), and those
//   of the system.
absl::Status CheckTarget(const std::string& path, Overwrite overwrite);

// InvalidArgument if `path` names a file that is one of `inputs`, under
// whatever spelling, hard or symbolic link. Empty names and inputs that are not
// there are passed over; "-" among the inputs is standard input.
absl::Status CheckNotInput(const std::string& path,
                           absl::Span<const std::string> inputs);

}  // namespace sampler::logs

#endif  // SAMPLER_LOGS_FILES_OUTPUT_TARGET_H_
