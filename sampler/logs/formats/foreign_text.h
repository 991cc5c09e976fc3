// Files of text that are taken for logs: tables, configs, tokenizers.
//
// Thread-safety: pure functions.
// Tested by: tests/logs/formats/foreign_format_test.cc.

#ifndef SAMPLER_LOGS_FORMATS_FOREIGN_TEXT_H_
#define SAMPLER_LOGS_FORMATS_FOREIGN_TEXT_H_

#include "absl/strings/string_view.h"
#include "sampler/logs/formats/foreign_format.h"

namespace sampler::logs {

// UTF-8 without control characters but white space, as far as `head` goes.
bool IsText(absl::string_view head);

// Returns true if it is JSON or a stream of events, of no kind that is known to
// be something else. Only the reader of answers can say whether it is one.
bool MayBeAnswer(absl::string_view head);

// What text it is. REQUIRES: IsText(head).
Foreign ForeignText(absl::string_view head);

}  // namespace sampler::logs

#endif  // SAMPLER_LOGS_FORMATS_FOREIGN_TEXT_H_
