// The tables of a comparison, for its page.
//
// Thread-safety: pure function.
// Tested by: tests/tools/html/browser_test.cc.

#ifndef SAMPLER_TOOLS_HTML_COMPARE_TABLES_H_
#define SAMPLER_TOOLS_HTML_COMPARE_TABLES_H_

#include <string>

#include "tools/compare/report.h"

namespace sampler::tools {

// Both sides, the pair, the KL report, the gates and the rows that differ most.
std::string CompareTables(const CompareReport& report);

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_HTML_COMPARE_TABLES_H_
