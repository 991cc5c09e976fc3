// Answers of servers, for tests.

#ifndef SAMPLER_TESTS_LOGS_SERVER_ANSWERS_H_
#define SAMPLER_TESTS_LOGS_SERVER_ANSWERS_H_

#include <cstdint>
#include <string>

#include "tests/logs/log_files.h"

namespace sampler::logs {

// Where an answer of a real server lies.
inline std::string RealAnswer(absl::string_view name) {
  return absl::StrCat(SAMPLER_TEST_DATA, "/server/", name);
}

inline OpenOptions Width(std::int64_t width) {
  OpenOptions options;
  options.vocabulary_size = width;
  return options;
}

}  // namespace sampler::logs

#endif  // SAMPLER_TESTS_LOGS_SERVER_ANSWERS_H_
