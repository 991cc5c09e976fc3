// Why a stage removed a token, or removed nothing, in its own words and
// numbers (stage_words.h): "min_p: 0.0288 < 0.0474 = 0.1 * 0.4741". What
// follows " = " only says where a bound comes from. A stage without words of
// its own, and a case in which they would not hold, gets a general sentence
// that always does.
//
// Thread-safety: pure functions.
// Tested by: tests/tools/explain_test.cc.

#ifndef SAMPLER_TOOLS_EXPLAIN_REASON_H_
#define SAMPLER_TOOLS_EXPLAIN_REASON_H_

#include <string>

#include "absl/strings/string_view.h"
#include "tools/chains/stage_words.h"
#include "tools/text/number_text.h"

namespace sampler::tools {

// "top_k: rank 7 > 5".
std::string WhyRemoved(const Removal& removal);

std::string WhyInactive(const Inaction& inaction);

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_EXPLAIN_REASON_H_
