// Formats that are known and not read: what a file is, by its content, and the
// one line that makes a log of it. A user who is told only "unknown" has to
// guess what went wrong.
//
// The lines are for a shell; they name in.X and out.X in the place of files,
// whose names might need quoting.
//
// Thread-safety: pure functions.
// Tested by: tests/logs/formats/foreign_format_test.cc.

#ifndef SAMPLER_LOGS_FORMATS_FOREIGN_FORMAT_H_
#define SAMPLER_LOGS_FORMATS_FOREIGN_FORMAT_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace sampler::logs {

struct Foreign {
  std::string found;   // "a Parquet file"; empty: not known.
  std::string remedy;  // What to do.
};

// So much of a file decides what it is.
inline constexpr std::int64_t kRecognisedBytes = std::int64_t{1} << 16;

// By signatures and texts that no array of numbers begins with: `head` is the
// first kRecognisedBytes of the file, or all of it.
Foreign ForeignBySignature(absl::string_view head);

// By signatures so short that an array of numbers may begin with them.
Foreign ForeignByGuess(absl::string_view head);

}  // namespace sampler::logs

#endif  // SAMPLER_LOGS_FORMATS_FOREIGN_FORMAT_H_
