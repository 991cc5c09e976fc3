// A sweep for people, as Markdown, CSV and JSON, and as a picture.
//
// Thread-safety: pure functions.
// Tested by: tests/tools/sweep/sweep_test.cc.

#ifndef SAMPLER_TOOLS_SWEEP_PRINT_H_
#define SAMPLER_TOOLS_SWEEP_PRINT_H_

#include <string>
#include <utility>
#include <vector>

#include "tools/compare/pairs.h"
#include "tools/sweep/run.h"
#include "tools/text/output.h"

namespace sampler::tools {

struct SweepReport {
  std::string path;
  const ChainSpec& base;
  const PairOptions& options;
  std::vector<std::string> names;  // Of the columns of a setting.
  std::vector<SweepRow> rows;
  // Metrics that the best rows are not beaten in: more of the first, less of
  // the second.
  std::pair<std::string, std::string> best_by;
  std::vector<std::string> warnings;
};

// What the mark of the best rows means.
std::string BestNote(const SweepReport& report);

std::string SweepText(const SweepReport& report, const Painter& paint);
std::string SweepMarkdown(const SweepReport& report);
std::string SweepCsv(const SweepReport& report);
Json SweepJson(const SweepReport& report);

// The metrics along the settings, one panel each, as SVG: no script, nothing
// fetched, readable in light and dark.
std::string SweepSvg(const SweepReport& report);

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_SWEEP_PRINT_H_
