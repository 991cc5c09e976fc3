// The report for people.

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "sampler/parameters/printable.h"
#include "tools/compare/report.h"
#include "tools/compare/tables.h"
#include "tools/compare/trainer/print.h"
#include "tools/text/number_text.h"
#include "tools/text/quote.h"

namespace sampler::tools {
namespace {

std::string SideLine(const CompareReport& report, std::size_t s) {
  const Side& side = report.sides[s];
  return absl::StrCat(s == 0 ? "A        " : "B        ",
                      ChainText(side.chain.config), "  of ",
                      ShownPath(report.paths[s]), "\n");
}

std::string TokenName(const CompareReport& report, TokenId id) {
  if (id < 0) return "none";
  const std::string text = report.text.Display(id);
  return absl::StrCat(id, text.empty() ? "" : " ", text);
}

std::string WorstText(const CompareReport& report, const Painter& paint) {
  std::string text = paint(
      Style::kBold,
      absl::StrCat("\nrows that differ most, by ", report.worst_by, "\n"));
  for (const WorstRow& worst : report.worst) {
    absl::StrAppend(
        &text, "  row ", worst.row.place.row, "  ", report.worst_by, " ",
        NumberText(worst.distance, 4, 10), ", draws ",
        TokenName(report, worst.row.sides[0].token), " | ",
        TokenName(report, worst.row.sides[1].token),
        worst.row.target >= 0
            ? absl::StrCat(", logged ", TokenName(report, worst.row.target))
            : "",
        "\n    ", worst.commands[0], "\n    ", worst.commands[1], "\n");
  }
  return text;
}

std::string GateLines(const CompareReport& report) {
  std::string text;
  for (const GateResult& result : report.gates) {
    absl::StrAppend(&text, result.failed ? "failed   " : "passed   ",
                    Printable(result.gate.text), ": ",
                    NumberText(result.value, 6, 12), "\n");
  }
  return text;
}

}  // namespace

std::string IntervalNote(const CompareReport& report) {
  const std::int64_t sequences = report.totals.sequences();
  if (sequences < static_cast<std::int64_t>(kFewestSequences)) {
    return absl::StrCat("no intervals: ", sequences,
                        sequences == 1 ? " sequence is" : " sequences are",
                        " too few (", kFewestSequences, " or more)");
  }
  return absl::StrCat("95 % intervals of the difference by ", kResamples,
                      " resamples of the ", sequences, " sequences, seed ",
                      kResampleSeed);
}

std::string RowsNote(const CompareReport& report) {
  const Totals& totals = report.totals;
  std::string text = absl::StrCat(Grouped(totals.compared()), " of ",
                                  Grouped(totals.rows()), " rows compared");
  for (std::size_t s = 0; s < 2; ++s) {
    const char* side = s == 0 ? "A" : "B";
    if (totals.not_ok(s) > 0) {
      absl::StrAppend(&text, "; ", totals.not_ok(s), " not ok in ", side);
    }
    if (totals.undecided(s) > 0) {
      absl::StrAppend(&text, "; ", totals.undecided(s),
                      " left out: the list of ", side, " does not decide them");
    }
    if (totals.ends(s) > 0) {
      absl::StrAppend(&text, "; ", totals.ends(s), " of ", side,
                      " known as ranges");
    }
    if (totals.bounded(s) > 0) {
      absl::StrAppend(&text, "; ", totals.bounded(s), " of ", side,
                      " without what lies below the floor");
    }
  }
  return text;
}

std::string BoundedNote(std::int64_t bounded, std::int64_t rows) {
  return absl::StrCat("at least; bounded in ", Grouped(bounded), " of ",
                      Grouped(rows), " rows");
}

std::string CompareText(const CompareReport& report, const Painter& paint) {
  std::string text = absl::StrCat(
      SideLine(report, 0), SideLine(report, 1), "rows     ", RowsNote(report),
      "\nseed     ", report.options.run.SeedFor(report.sides[0].chain.config),
      " for both; ties: ", TieRule(report.sides[0].chain.config), "\n",
      kTeacherForced, "\n", IntervalNote(report), "\n\n");
  absl::StrAppend(
      &text,
      paint(Style::kBold, absl::StrFormat("%-17s%11s%11s%11s  %s\n", "metric",
                                          "A", "B", "A - B", "95 % interval")));
  text += TextOf(SideLines(report), 17);
  absl::StrAppend(
      &text, "\n",
      paint(Style::kBold, absl::StrFormat("%-28s%11s  %s\n", "A beside B",
                                          "value", "95 % interval")));
  text += TextOf(PairLines(report), 28);
  const std::string ranks = RankTable(report);
  if (!ranks.empty()) absl::StrAppend(&text, "\n", ranks);
  if (report.kl) {
    absl::StrAppend(&text, "\nA is the base, B is Q\n", KlText(*report.kl));
  } else if (!report.kl_absent.empty()) {
    absl::StrAppend(&text, "\nno KL report: ", report.kl_absent, "\n");
  }
  if (report.trainer) {
    absl::StrAppend(&text, "\n",
                    TrainerText(*report.trainer, report.trainer_options));
  }
  if (!report.worst.empty()) text += WorstText(report, paint);
  const std::string gates = GateLines(report);
  if (!gates.empty()) absl::StrAppend(&text, "\n", gates);
  return text;
}

}  // namespace sampler::tools
