// A file of settings, as text.
//
// Errors: those of logs::InputFile; ResourceExhausted for a file that is too
//   large to hold settings.
// Thread-safety: any number of threads.
// Tested by: tests/tools/import_test.cc.

#ifndef SAMPLER_TOOLS_IMPORT_SETTINGS_FILE_H_
#define SAMPLER_TOOLS_IMPORT_SETTINGS_FILE_H_

#include <string>

#include "absl/status/statusor.h"

namespace sampler::tools {

// All of a text file; of a model's GGUF file the beginning, in which its
// metadata lies. "-" is standard input.
absl::StatusOr<std::string> ReadSettingsFile(const std::string& path);

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_IMPORT_SETTINGS_FILE_H_
