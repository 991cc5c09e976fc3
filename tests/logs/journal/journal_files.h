// Journals as bytes, for the tests of what is written and read of them.

#ifndef SAMPLER_TESTS_LOGS_JOURNAL_JOURNAL_FILES_H_
#define SAMPLER_TESTS_LOGS_JOURNAL_JOURNAL_FILES_H_

#include <fstream>
#include <iterator>
#include <string>

#include "absl/strings/string_view.h"
#include "sampler/logs/journal/journal_record.h"
#include "tests/logs/log_files.h"

namespace sampler::logs {

inline ByteSpan Span(const std::string& text) {
  return {reinterpret_cast<const unsigned char*>(text.data()), text.size()};
}

inline std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

}  // namespace sampler::logs

#endif  // SAMPLER_TESTS_LOGS_JOURNAL_JOURNAL_FILES_H_
