// Standard input as a file that can be opened by name, and several times: a log
// is mapped, which a pipe cannot be.
//
// Thread-safety: before other threads are started.
// Tested by: tests/tools/hostile_test.cc, tests/tools/detect_test.cc,
//   tests/faults/command_faults_test.cc.

#ifndef SAMPLER_TOOLS_OPTIONS_STDIN_COPY_H_
#define SAMPLER_TOOLS_OPTIONS_STDIN_COPY_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace sampler::tools {

// Reads all of standard input into an unnamed temporary file, which takes its
// place, and returns the name of that. InvalidArgument for a terminal: want
// `what`, as "a log"; or an error of the system.
absl::StatusOr<std::string> CopyStdin(const std::string& what);

// The error with the name that the user gave.
absl::Status NamedAsStdin(const absl::Status& status);

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_OPTIONS_STDIN_COPY_H_
