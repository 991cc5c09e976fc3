// Why a stage removed a token, or removed nothing, in its own words and
// numbers: "min_p: 0.0288 < 0.0474 = 0.1 * 0.4741". What follows " = " only
// says where a bound comes from.
//
// Stages know nothing of explaining, so their rules are put into words here,
// each beside a check that the words are true of the numbers at hand. A stage
// without words of its own, and a case in which they would not hold (ties, the
// rarer options), gets a general sentence that always does.
//
// Thread-safety: pure functions.
// Tested by: tests/tools/explain_test.cc.

#ifndef SAMPLER_TOOLS_EXPLAIN_REASON_H_
#define SAMPLER_TOOLS_EXPLAIN_REASON_H_

#include <string>

#include "absl/strings/string_view.h"
#include "tools/explain_moment.h"
#include "tools/explain_step.h"

namespace sampler::tools {

// Why `stage`, which found `before` and left `after`, removed the candidate
// that stood at `own`.
std::string WhyRemoved(const StageReport& stage, const Standing& own,
                       const Moment& before, const Moment& after);

// What WhyInactive says of a penalty that meets no token of the history.
inline constexpr absl::string_view kNothingSeen = "nothing seen before";

// Why `stage` changed nothing of `before`.
std::string WhyInactive(const StageReport& stage, const Moment& before);

// A probability in at most 7 columns: "0.4741", "3.2e-07", "0".
std::string ProbabilityText(double p);

// "3.125".
std::string LogitText(double logit);

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_EXPLAIN_REASON_H_
