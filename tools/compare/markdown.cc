// The report as Markdown.

#include "absl/strings/str_cat.h"
#include "sampler/parameters/printable.h"
#include "tools/compare/report.h"
#include "tools/compare/tables.h"
#include "tools/compare/trainer/print.h"
#include "tools/text/number_text.h"
#include "tools/text/quote.h"

namespace sampler::tools {

std::string CompareMarkdown(const CompareReport& report) {
  const auto code = [](absl::string_view text) {
    return absl::StrCat("`", text, "`");
  };
  std::string text = "### sampler compare\n\n";
  for (std::size_t s = 0; s < 2; ++s) {
    absl::StrAppend(&text, "- **", s == 0 ? "A" : "B", "** ",
                    code(ChainText(report.sides[s].chain.config)), " of ",
                    code(ShownPath(report.paths[s])), "\n");
  }
  absl::StrAppend(&text, "- ", RowsNote(report), "; ", IntervalNote(report),
                  "\n- one-step answers under the logged tokens, not the text "
                  "that a chain would have written\n\n"
                  "| metric | A | B | A - B | 95 % interval |\n"
                  "|---|---:|---:|---:|---|\n");
  text += MarkdownOf(SideLines(report));
  text += "\n| A beside B | value | 95 % interval |\n|---|---:|---|\n";
  text += MarkdownOf(PairLines(report));
  const std::string ranks = RankTable(report);
  if (!ranks.empty()) absl::StrAppend(&text, "\n```\n", ranks, "```\n");
  if (report.kl) {
    absl::StrAppend(&text, "\n```\n", KlText(*report.kl), "```\n");
  }
  if (report.trainer) {
    absl::StrAppend(&text, "\n```\n",
                    TrainerText(*report.trainer, report.trainer_options),
                    "```\n");
  }
  if (!report.worst.empty()) {
    absl::StrAppend(&text, "\nRows that differ most, by ", report.worst_by,
                    ":\n\n```sh\n");
    for (const WorstRow& worst : report.worst) {
      absl::StrAppend(&text, "# row ", worst.row.place.row, ": ",
                      NumberText(worst.distance, 4, 10), "\n",
                      worst.commands[0], "\n", worst.commands[1], "\n");
    }
    text += "```\n";
  }
  for (const GateResult& result : report.gates) {
    absl::StrAppend(&text, "\n", result.failed ? "**failed** " : "passed ",
                    code(Printable(result.gate.text)), ": ",
                    NumberText(result.value, 6, 12), "\n");
  }
  return text;
}

}  // namespace sampler::tools
