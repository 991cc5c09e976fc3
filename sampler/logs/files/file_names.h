// File names as messages show them: one printable line, and words in place of
// the names of standard streams.
//
// Thread-safety: pure functions.
// Tested by: tests/logs/files/output_target_test.cc.

#ifndef SAMPLER_LOGS_FILES_FILE_NAMES_H_
#define SAMPLER_LOGS_FILES_FILE_NAMES_H_

#include <string>

namespace sampler::logs {

// Opens standard input anew, where it is a file.
inline constexpr char kStandardInputFile[] = "/proc/self/fd/0";

// "standard input" for "-" and kStandardInputFile.
std::string InputName(const std::string& path);

// "standard output" for "-".
std::string OutputName(const std::string& path);

}  // namespace sampler::logs

#endif  // SAMPLER_LOGS_FILES_FILE_NAMES_H_
