// What a logger is told about its log (LoggerOptions): checked, and as the text
// that a journal keeps.
//
// Thread-safety: pure functions.
// Tested by: tests/logs/logger_test.cc, logger_limits_test.cc, recover_test.cc.

#ifndef SAMPLER_LOGS_LOGGER_OPTIONS_H_
#define SAMPLER_LOGS_LOGGER_OPTIONS_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "sampler/logs/logger.h"

namespace sampler::logs {

// InvalidArgument if a field is out of its range, if the metadata has a name
// that the logger gives a meaning of its own, or if it is so large that the log
// could not be opened. `path` names the log in errors.
absl::Status CheckOptions(const std::string& path,
                          const LoggerOptions& options);

// Bytes that the numbers of sequences may take in the header of the log.
std::int64_t RoomForSequences(const LoggerOptions& options);

std::string OptionsToJson(const LoggerOptions& options);

// FailedPrecondition if `text` was not written by OptionsToJson.
absl::StatusOr<LoggerOptions> OptionsFromJson(const std::string& file,
                                              const std::string& text);

}  // namespace sampler::logs

#endif  // SAMPLER_LOGS_LOGGER_OPTIONS_H_
