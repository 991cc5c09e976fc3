// An explained step as a part of a page:
//
//   - what was drawn, what the log has, and how much was kept
//   - the stages in order: survivors, raw mass left, what each removed
//   - the candidates in raw rank order as bars, raw beside final, with a line
//     where each stage cuts, the rule that removed each removed one, and a bar
//     for everything that is not listed
//   - the final distribution laid end to end as the draw sees it, with u on it
//
// Readable without colour: marks and words say what colours say.
//
// Thread-safety: pure functions.
// Cost: O(survivors) time; text of some 300 bytes a candidate and stage.
// Tested by: tests/tools/html/step_view_test.cc,
//   tests/tools/html/browser_test.cc.

#ifndef SAMPLER_TOOLS_HTML_STEP_VIEW_H_
#define SAMPLER_TOOLS_HTML_STEP_VIEW_H_

#include <string>

#include "tools/explain/step.h"
#include "tools/text/token_text.h"

namespace sampler::tools {

std::string StepView(const Explanation& explanation, const TokenText& text);

// ---- Parts --------------------------------------------------------------

// Drawn and logged token, survivors and entropies.
std::string StepFacts(const Explanation& explanation, const TokenText& text);

// A line for every stage.
std::string StageRows(const Explanation& explanation);

// The bars.
std::string CandidateBars(const Explanation& explanation,
                          const TokenText& text);

// The cumulative bar; where a draw is not by one number, how it is.
std::string DrawBar(const Explanation& explanation, const TokenText& text);

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_HTML_STEP_VIEW_H_
