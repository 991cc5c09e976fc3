// The page of an explained step.
//
// Thread-safety: pure function.
// Tested by: tests/tools/html/browser_test.cc.

#ifndef SAMPLER_TOOLS_HTML_EXPLAIN_PAGE_H_
#define SAMPLER_TOOLS_HTML_EXPLAIN_PAGE_H_

#include "tools/explain/print.h"
#include "tools/html/page.h"

namespace sampler::tools {

// `top`: candidates that were asked for.
Page ExplainPage(const ExplainHeader& header, const Explanation& explanation,
                 std::int64_t top);

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_HTML_EXPLAIN_PAGE_H_
