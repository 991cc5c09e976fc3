// The page of a comparison: its tables, the transcript coloured by either side
// or by where they differ, charts along the steps, the rows that differ most,
// and every step under both chains, side by side.
//
// Thread-safety: one thread at a time.
// Tested by: tests/tools/html/browser_test.cc.

#ifndef SAMPLER_TOOLS_HTML_COMPARE_PAGE_H_
#define SAMPLER_TOOLS_HTML_COMPARE_PAGE_H_

#include <array>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "tools/compare/report.h"
#include "tools/html/page.h"
#include "tools/html/steps.h"
#include "tools/html/transcript.h"

namespace sampler::tools {

class ComparePage {
 public:
  // `options` must outlive the page.
  ComparePage(const HtmlOptions& options, const RowSelection& rows)
      : options_(options), sections_(rows) {}

  // Rows with the descriptions of StepDescriber.
  void Add(const RowPair& row);

  absl::Status Write(const CompareReport& report, bool quiet) const;

 private:
  Page MakePage(const CompareReport& report) const;

  const HtmlOptions& options_;
  StepSections sections_;
  std::vector<TranscriptStep> steps_;
  std::array<std::vector<double>, 2> entropy_, kept_;
  std::vector<double> tv_;
};

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_HTML_COMPARE_PAGE_H_
