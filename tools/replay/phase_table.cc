// The metrics of each phase for people: a line a phase.

#include <algorithm>
#include <cmath>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "tools/replay/print.h"
#include "tools/text/number_text.h"
#include "tools/text/output.h"
#include "tools/text/quote.h"

namespace sampler::tools {
namespace {

std::string NameOf(const ReplaySummaries::OfPhase& part) {
  return part.phase.empty() ? "(none)" : part.phase;
}

// "-" where there is nothing to average.
std::string Decimals(double x, int decimals) {
  return std::isnan(x) ? "-" : absl::StrFormat("%.*f", decimals, x);
}

std::string Line(const ReplaySummary& summary) {
  const bool scored = summary.scored() > 0;
  return absl::StrCat(
      Cell(Grouped(summary.rows()), 9),
      Cell(PercentText(summary.coverage()), 9),
      Cell(scored ? PerplexityText(summary.nll_raw()) : "-", 10),
      Cell(summary.covered() > 0 ? PerplexityText(summary.nll()) : "-", 10),
      Cell(Decimals(summary.kept_mean(), 1), 10),
      Cell(Decimals(summary.kept_mass(), 4), 7),
      Cell(Decimals(summary.entropy(), 3), 7),
      Cell(PercentText(summary.same()), 9));
}

}  // namespace

std::string PhasesText(const ReplaySummaries& summaries, const Painter& paint) {
  if (summaries.by_phase().empty()) return "";
  std::size_t columns = 12;
  for (const ReplaySummaries::OfPhase& part : summaries.by_phase()) {
    columns = std::max(columns, NameOf(part).size());
  }
  std::string text = absl::StrCat(
      "\n",
      paint(Style::kBold,
            absl::StrCat(FitColumns("phase", columns), Cell("rows", 9),
                         Cell("coverage", 9), Cell("raw ppl", 10),
                         Cell("ppl", 10), Cell("kept", 10), Cell("mass", 7),
                         Cell("H", 7), Cell("same", 9))),
      "\n");
  for (const ReplaySummaries::OfPhase& part : summaries.by_phase()) {
    absl::StrAppend(&text, FitColumns(NameOf(part), columns),
                    Line(part.summary), "\n");
  }
  return text;
}

}  // namespace sampler::tools
