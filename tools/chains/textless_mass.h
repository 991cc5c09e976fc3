// How much of a row's probability lies on ids without a text: where that is
// much, the vocabulary is not the one the log was made with.
//
// Thread-safety: pure function.
// Tested by: tests/tools/inspect_test.cc.

#ifndef SAMPLER_TOOLS_CHAINS_TEXTLESS_MASS_H_
#define SAMPLER_TOOLS_CHAINS_TEXTLESS_MASS_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "sampler/logs/log.h"
#include "tools/text/token_text.h"

namespace sampler::tools {

struct TextlessMass {
  double share = 0;  // Of the row that has most; 0: none looked at has any.
  std::int64_t row = 0;
};

// The row with most of it, among at most 64 that are spread over the log.
// Errors as logs::Log::Row.
absl::StatusOr<TextlessMass> LargestTextlessMass(const logs::Log& log,
                                                 const TokenText& text);

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_CHAINS_TEXTLESS_MASS_H_
