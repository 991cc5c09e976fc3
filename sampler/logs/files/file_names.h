// File names as messages show them: one printable line, and words in place of
// "-".
//
// Thread-safety: pure functions.
// Tested by: tests/logs/files/output_target_test.cc.

#ifndef SAMPLER_LOGS_FILES_FILE_NAMES_H_
#define SAMPLER_LOGS_FILES_FILE_NAMES_H_

#include <string>

namespace sampler::logs {

// "standard input" for "-".
std::string InputName(const std::string& path);

// "standard output" for "-".
std::string OutputName(const std::string& path);

}  // namespace sampler::logs

#endif  // SAMPLER_LOGS_FILES_FILE_NAMES_H_
