// The texts that `sampler detect` looks at: of a log, the tokens drawn from its
// rows, sequence by sequence; or of a file of token ids.
//
// A file that token_file.h can read is tokens, a .npy of two axes several
// texts; whatever else is a log, and so is every file that is given with an
// option about rows.
//
// Errors: those of Log::Open and ReadTokenFile; InvalidArgument for a log
//   without tokens, for tokens that are no ids, and for a text with a gap.
// Tested by: tests/tools/detect_test.cc.

#ifndef SAMPLER_TOOLS_DETECT_TEXTS_H_
#define SAMPLER_TOOLS_DETECT_TEXTS_H_

#include <vector>

#include "absl/status/statusor.h"
#include "sampler/candidate.h"
#include "tools/options/log_options.h"

namespace sampler::tools {

struct Text {
  std::vector<TokenId> prompt;
  std::vector<TokenId> output;
};

absl::StatusOr<std::vector<Text>> ReadTexts(const LogOptions& options);

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_DETECT_TEXTS_H_
