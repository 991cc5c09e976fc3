// Which format a file is in, by its first bytes and never by its name.
//
// Formats that are known and not read are refused by name, with what to do
// instead: a user who is told only "unknown" has to guess what went wrong.
//
// Errors: InvalidArgument.
// Thread-safety: pure functions.
// Tested by: tests/logs/log_test.cc.

#ifndef SAMPLER_LOGS_FORMAT_H_
#define SAMPLER_LOGS_FORMAT_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "sampler/logs/log.h"

namespace sampler::logs {

// Headerless bytes are taken as raw only if `options` gives the row width.
absl::StatusOr<Format> RecogniseFormat(const std::string& file,
                                       absl::Span<const unsigned char> bytes,
                                       const OpenOptions& options);

}  // namespace sampler::logs

#endif  // SAMPLER_LOGS_FORMAT_H_
