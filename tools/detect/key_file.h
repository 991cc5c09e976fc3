// Where the key of a watermark comes from: a file or a descriptor, and nothing
// else. No error says anything of what was read.
//
// Errors: those of the system, by the file's name; ResourceExhausted for more
//   than 4 MB.
// Tested by: tests/tools/detect_test.cc, detect_key_test.cc.

#ifndef SAMPLER_TOOLS_DETECT_KEY_FILE_H_
#define SAMPLER_TOOLS_DETECT_KEY_FILE_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"

namespace sampler::tools {

struct KeySource {
  std::string file;               // "-": stdin.
  std::optional<int> descriptor;  // Open for reading; is not closed.
};

// "--key-file k.txt", "--key-fd 3": what errors name.
std::string NameOf(const KeySource& source);

absl::StatusOr<std::string> ReadKey(const KeySource& source);

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_DETECT_KEY_FILE_H_
