#include "tools/html/sweep_page.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tools/html/markup.h"
#include "tools/html/steps.h"
#include "tools/text/number_text.h"

namespace sampler::tools {
namespace {

// A number, or both ends of what it can be.
std::string MetricCell(const SweepRow& row, std::size_t metric) {
  const Range& ends = row.ends[metric];
  if (!row.is_range(metric)) {
    return HtmlCell("n", ends.low, NumberText(ends.low, 4, 12));
  }
  return absl::StrCat(
      "<td class=\"n\">", HtmlNumber(ends.low, NumberText(ends.low, 4, 12)),
      " to ", HtmlNumber(ends.high, NumberText(ends.high, 4, 12)), "</td>");
}

std::string Table(const SweepReport& report) {
  std::string html =
      "<section class=\"wide\"><h2>Settings</h2><table class=\"grid\" "
      "data-k=\"rows\"><thead><tr><th></th>";
  for (const std::string& name : report.names) {
    absl::StrAppend(&html, "<th class=\"n\">", HtmlText(name), "</th>");
  }
  for (const std::string& name : SweepMetrics()) {
    absl::StrAppend(&html, "<th class=\"n\">", name, "</th>");
  }
  html += "</tr></thead><tbody>";
  for (const SweepRow& row : report.rows) {
    absl::StrAppend(
        &html, row.best ? "<tr class=\"best\"><td>*</td>" : "<tr><td></td>");
    for (const std::string& value : row.setting) {
      absl::StrAppend(&html, "<th class=\"n\" scope=\"row\">", HtmlText(value),
                      "</th>");
    }
    for (std::size_t m = 0; m < row.values.size(); ++m) {
      html += MetricCell(row, m);
    }
    html += "</tr>";
  }
  return absl::StrCat(html, "</tbody></table><p class=\"hint\">",
                      HtmlText(BestNote(report)), "</p></section>");
}

}  // namespace

Page SweepPage(const SweepReport& report) {
  Page page;
  page.command = "sweep";
  page.title = absl::StrCat(absl::StrJoin(report.names, ", "), " over ",
                            FileName(report.path));
  page.head = {
      {"log", absl::StrCat(
                  HtmlText(report.path == "-" ? "standard input" : report.path),
                  ", ", Grouped(report.options.rows.count()), " rows")},
      {"base", ChainHtml(std::string(ChainText(report.base.config)))},
      {"seed",
       absl::StrCat(report.options.run.SeedFor(report.base.config),
                    " for all settings; ties: ", TieRule(report.base.config))}};
  page.warnings = report.warnings;
  page.body = absl::StrCat(
      "<main><section><h2>Metrics along the settings</h2><div class=\"wide\">",
      SweepSvg(report), "</div></section>", Table(report), "</main>");
  return page;
}

}  // namespace sampler::tools
