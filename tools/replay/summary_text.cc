// The metrics of a replay for people.

#include <cmath>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "sampler/arithmetic/numeric.h"
#include "sampler/row_status.h"
#include "tools/replay/print.h"
#include "tools/text/number_text.h"

namespace sampler::tools {
namespace {

// "1.230 nats (1.775 bits)".
std::string Entropy(double nats) {
  if (std::isnan(nats)) return "unknown";
  return absl::StrFormat("%.3f nats (%.3f bits)", nats, nats / Log(2.0));
}

std::string RowsText(const ReplaySummary& summary) {
  std::string text = Grouped(summary.rows());
  if (summary.rows_with(RowStatus::kOk) == summary.rows()) {
    return text + ", all ok";
  }
  absl::string_view before = ": ";
  for (const RowStatus status : kAllRowStatuses) {
    if (summary.rows_with(status) == 0) continue;
    absl::StrAppend(&text, before, Grouped(summary.rows_with(status)), " ",
                    RowStatusName(status));
    before = ", ";
  }
  return text;
}

std::string PerplexityLine(const ReplaySummary& summary) {
  std::string text =
      summary.raw_impossible() > 0
          ? absl::StrCat("raw infinite (",
                         Plural(summary.raw_impossible(), "logged token"),
                         " of probability 0)")
          : absl::StrCat("raw ", PerplexityText(summary.nll_raw()));
  if (summary.covered() == 0) return text + "; no logged token is covered";
  const std::string chain =
      absl::StrCat("under this chain ", PerplexityText(summary.nll()));
  if (summary.covered() == summary.scored()) {
    return absl::StrCat(text, ", ", chain);
  }
  // Raw over all rows beside the chain over those that it covers would flatter
  // the chain: it drops the rows that it has wrong.
  return absl::StrCat(text, "; over the ",
                      Plural(summary.covered(), "covered row"), " raw ",
                      PerplexityText(summary.nll_raw_covered()), ", ", chain);
}

// "1: 14, 3-5: 2 of the logged tokens in their rows; 3 below what is listed".
std::string RanksText(const ReplaySummary& summary) {
  std::string text = absl::StrCat(RankHistogramText(summary.ranks()),
                                  " (rank of the logged token: rows)");
  if (summary.ranks().unknown() > 0) {
    absl::StrAppend(&text, "; ", Grouped(summary.ranks().unknown()),
                    " unknown");
  }
  return text;
}

std::string DivergenceText(const ReplaySummary& summary) {
  constexpr std::size_t kShown = 4;
  std::string text;
  for (const RowPlace& place : summary.divergences()) {
    if (&place - summary.divergences().data() == kShown) return text + ", ...";
    absl::StrAppend(&text, text.empty() ? "" : ", ", "sequence ",
                    place.sequence, " at row ", place.row);
  }
  return text.empty() ? "never" : text;
}

}  // namespace

std::string SummaryText(const ReplayHeader& header,
                        const ReplaySummaries& summaries,
                        const Painter& paint) {
  const ReplaySummary& summary = summaries.all();
  std::string text;
  const auto line = [&](absl::string_view name, const std::string& value) {
    absl::StrAppend(&text, paint(Style::kBold, absl::StrFormat("%-12s", name)),
                    value, "\n");
  };
  line("rows", RowsText(summary));
  if (summary.inexact() > 0) {
    std::string rows = absl::StrCat(Plural(summary.inexact(), "row"),
                                    " that the log holds only in part");
    if (summary.unknown() > 0) {
      absl::StrAppend(&rows, "; ", summary.unknown(),
                      " of them need the whole row");
    }
    line("bounded", rows);
  }
  if (summary.scored() > 0) {
    line("coverage", absl::StrFormat("%s of %s kept with probability > 0",
                                     PercentText(summary.coverage()),
                                     Plural(summary.scored(), "logged token")));
    line("perplexity", PerplexityLine(summary));
  } else if (header.log.tokens().empty()) {
    line("coverage", "unknown: the log has no tokens (--tokens FILE)");
  }
  if (summary.ranks().rows() > 0) line("ranks", RanksText(summary));
  if (summary.rows_with(RowStatus::kOk) > 0) {
    line("kept", absl::StrFormat(
                     "mean %.1f, p50 %s, p90 %s, p99 %s, max %s; one survivor "
                     "in %s of rows",
                     summary.kept_mean(), Grouped(summary.kept_quantile(0.5)),
                     Grouped(summary.kept_quantile(0.9)),
                     Grouped(summary.kept_quantile(0.99)),
                     Grouped(summary.kept_quantile(1)),
                     PercentText(summary.kept_single())));
    line("kept mass", std::isnan(summary.kept_mass())
                          ? "unknown: the log does not tell the full rows"
                          : absl::StrFormat("%.4f of the raw mass, on average",
                                            summary.kept_mass()));
    line("entropy", absl::StrCat("raw ", Entropy(summary.entropy_raw()),
                                 ", final ", Entropy(summary.entropy())));
  }
  if (summary.scored() > 0) {
    line("same token", absl::StrCat(PercentText(summary.same()),
                                    " of the draws repeat the logged token"));
    if (UsesReplayedHistory(header.log, header.options)) {
      line("diverged", DivergenceText(summary));
    }
  }
  return text + PhasesText(summaries, paint);
}

}  // namespace sampler::tools
