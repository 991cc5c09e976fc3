// The page of a replay: its numbers, the transcript, charts along the steps,
// and every step explained.
//
// Thread-safety: one thread at a time.
// Tested by: tests/tools/html/browser_test.cc.

#ifndef SAMPLER_TOOLS_HTML_REPLAY_PAGE_H_
#define SAMPLER_TOOLS_HTML_REPLAY_PAGE_H_

#include <vector>

#include "absl/status/status.h"
#include "tools/html/page.h"
#include "tools/html/steps.h"
#include "tools/html/transcript.h"
#include "tools/replay/print.h"

namespace sampler::tools {

class ReplayPage {
 public:
  // Both must outlive the page.
  ReplayPage(const ReplayHeader& header, const HtmlOptions& options)
      : header_(header), options_(options), sections_(header.options.rows) {}

  // Rows with the descriptions of StepDescriber.
  void Add(const RowResult& row);

  absl::Status Write(const ReplaySummaries& summaries, const Warnings& warnings,
                     bool quiet) const;

 private:
  Page MakePage(const ReplaySummaries& summaries,
                const Warnings& warnings) const;

  const ReplayHeader& header_;
  const HtmlOptions& options_;
  StepSections sections_;
  std::vector<TranscriptStep> steps_;
  std::vector<double> entropy_raw_, entropy_, kept_, kept_mass_;
};

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_HTML_REPLAY_PAGE_H_
