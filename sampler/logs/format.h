// Which format a file is in, by its first bytes and never by its name.
//
// Formats that are known and not read are refused by name, with what to do
// instead (foreign_format.h).
//
// Errors: InvalidArgument.
// Thread-safety: pure function of the file.
// Tested by: tests/logs/log_test.cc, foreign_format_test.cc.

#ifndef SAMPLER_LOGS_FORMAT_H_
#define SAMPLER_LOGS_FORMAT_H_

#include "absl/status/statusor.h"
#include "sampler/logs/files/input_file.h"
#include "sampler/logs/log.h"

namespace sampler::logs {

// Headerless bytes are taken as raw only if `options` gives the row width.
absl::StatusOr<Format> RecogniseFormat(const InputFile& input,
                                       const OpenOptions& options);

// InvalidArgument: what a text is that is no answer of a server, and what to do
// with it.
absl::Status RefuseText(const InputFile& input);

}  // namespace sampler::logs

#endif  // SAMPLER_LOGS_FORMAT_H_
