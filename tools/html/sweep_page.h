// The page of a sweep: the picture of --plot, and the settings as a table.
//
// Thread-safety: pure function.
// Tested by: tests/tools/html/browser_test.cc.

#ifndef SAMPLER_TOOLS_HTML_SWEEP_PAGE_H_
#define SAMPLER_TOOLS_HTML_SWEEP_PAGE_H_

#include "tools/html/page.h"
#include "tools/sweep/print.h"

namespace sampler::tools {

Page SweepPage(const SweepReport& report);

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_HTML_SWEEP_PAGE_H_
