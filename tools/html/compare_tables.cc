#include "tools/html/compare_tables.h"

#include <cmath>

#include "absl/strings/str_cat.h"
#include "tools/compare/metrics.h"
#include "tools/html/markup.h"
#include "tools/text/number_text.h"

namespace sampler::tools {
namespace {

std::string Number(double x) { return HtmlCell("n", x, NumberText(x, 4, 10)); }

// A number, or both ends of what it can be.
std::string NumberCell(double x, const Range& ends) {
  if (ends.exact() || std::isnan(ends.low)) return Number(x);
  return absl::StrCat(
      "<td class=\"n r\">", HtmlNumber(ends.low, NumberText(ends.low, 4, 10)),
      " to ", HtmlNumber(ends.high, NumberText(ends.high, 4, 10)), "</td>");
}

std::string RangeCell(const Interval& interval) {
  if (std::isnan(interval.low)) return "<td></td>";
  return absl::StrCat(
      "<td class=\"n\">[",
      HtmlNumber(interval.low, NumberText(interval.low, 4, 10)), ", ",
      HtmlNumber(interval.high, NumberText(interval.high, 4, 10)), "]</td>");
}

std::string NameCell(const std::string& name, const char* help) {
  return absl::StrCat("<th scope=\"row\" title=\"", HtmlText(help), "\">", name,
                      "</th>");
}

std::string AbsentCells(int cells, const std::string& reason) {
  return absl::StrCat("<td class=\"why\" colspan=\"", cells, "\">",
                      HtmlText(reason), "</td>");
}

std::string SideTable(const CompareReport& report) {
  std::string html =
      "<section class=\"wide\"><h2>Each side</h2><table class=\"grid\" "
      "data-k=\"metrics\"><thead><tr><th>metric</th><th class=\"n\">A</th>"
      "<th class=\"n\">B</th><th class=\"n\">A &minus; B</th><th class=\"n\">"
      "95 % interval</th></tr></thead><tbody>";
  for (std::size_t m = 0; m < report.side.size(); ++m) {
    const SideEstimate& e = report.side[m];
    const SideMetric& metric = SideMetrics()[m];
    const std::string absent = AbsenceOf(report, m);
    absl::StrAppend(&html, "<tr data-k=\"", metric.name, "\">",
                    NameCell(metric.name, metric.help),
                    absent.empty()
                        ? absl::StrCat(NumberCell(e.a, e.ends[0]),
                                       NumberCell(e.b, e.ends[1]),
                                       NumberCell(e.difference, e.ends[2]),
                                       RangeCell(e.interval))
                        : AbsentCells(4, absent),
                    "</tr>");
  }
  return absl::StrCat(html, "</tbody></table><p class=\"hint\">",
                      HtmlText(IntervalNote(report)), "</p></section>");
}

std::string PairTable(const CompareReport& report) {
  std::string html =
      "<section class=\"wide\"><h2>A beside B</h2><table class=\"grid\" "
      "data-k=\"pair\"><thead><tr><th>metric</th><th class=\"n\">value</th>"
      "<th class=\"n\">95 % interval</th></tr></thead><tbody>";
  for (std::size_t m = 0; m < report.pair.size(); ++m) {
    const PairEstimate& e = report.pair[m];
    const PairMetric& metric = PairMetrics()[m];
    const std::string absent = PairAbsenceOf(report, m);
    absl::StrAppend(&html, "<tr data-k=\"", metric.name, "\">",
                    NameCell(metric.name, metric.help),
                    absent.empty() ? absl::StrCat(NumberCell(e.value, e.ends),
                                                  RangeCell(e.interval))
                                   : AbsentCells(2, absent),
                    "</tr>");
  }
  return html + "</tbody></table></section>";
}

std::string RankSection(const CompareReport& report) {
  const Totals& totals = report.totals;
  if (totals.ranks(0).rows() + totals.ranks(1).rows() == 0) return "";
  std::string html =
      "<section class=\"wide\"><h2>Rank of the logged token</h2>"
      "<table class=\"grid\" data-k=\"ranks\"><thead><tr><th>rank in the row"
      "</th><th class=\"n\">rows of A</th><th class=\"n\">covered</th>"
      "<th class=\"n\">rows of B</th><th class=\"n\">covered</th></tr></thead>"
      "<tbody>";
  for (std::size_t i = 0; i < totals.ranks(0).buckets().size(); ++i) {
    absl::StrAppend(&html, "<tr><th scope=\"row\">",
                    BucketName(totals.ranks(0).buckets()[i]), "</th>");
    for (std::size_t s = 0; s < 2; ++s) {
      const RankHistogram::Bucket& bucket = totals.ranks(s).buckets()[i];
      absl::StrAppend(&html, "<td class=\"n\">", HtmlNumber(bucket.rows),
                      "</td><td class=\"n\">", HtmlNumber(bucket.covered),
                      "</td>");
    }
    html += "</tr>";
  }
  return html + "</tbody></table></section>";
}

std::string KlSection(const CompareReport& report) {
  if (!report.kl && report.kl_absent.empty()) return "";
  return absl::StrCat(
      "<section class=\"wide\"><h2>KL report</h2>",
      report.kl ? absl::StrCat("<p class=\"hint\">A is the base, B is Q; the "
                               "names are llama-perplexity's.</p><pre>",
                               HtmlText(KlText(*report.kl)), "</pre>")
                : absl::StrCat("<p>None: ", HtmlText(report.kl_absent), "</p>"),
      "</section>");
}

std::string TokenName(const CompareReport& report, TokenId id) {
  if (id < 0) return "none";
  return absl::StrCat("<code>", HtmlToken(report.text, id), "</code>");
}

std::string WorstSection(const CompareReport& report) {
  if (report.worst.empty()) return "";
  std::string html = absl::StrCat("<section><h2>Rows that differ most, by ",
                                  report.worst_by, "</h2><ul class=\"worst\">");
  for (const WorstRow& worst : report.worst) {
    absl::StrAppend(
        &html, "<li><a href=\"#s", worst.row.place.row, "\">row ",
        worst.row.place.row,
        "</a>: ", HtmlNumber(worst.distance, NumberText(worst.distance, 4, 10)),
        "; A draws ", TokenName(report, worst.row.sides[0].token), ", B draws ",
        TokenName(report, worst.row.sides[1].token),
        worst.row.target >= 0
            ? absl::StrCat(", logged ", TokenName(report, worst.row.target))
            : "",
        "</li>");
  }
  return html + "</ul></section>";
}

std::string GateSection(const CompareReport& report) {
  if (report.gates.empty()) return "";
  std::string html = "<section><h2>Gates</h2><ul class=\"worst\">";
  for (const GateResult& result : report.gates) {
    absl::StrAppend(&html, "<li>", result.failed ? "<b>failed</b> " : "passed ",
                    "<code>", HtmlText(result.gate.text), "</code>: ",
                    HtmlNumber(result.value, NumberText(result.value, 6, 12)),
                    "</li>");
  }
  return html + "</ul></section>";
}

}  // namespace

std::string CompareTables(const CompareReport& report) {
  return absl::StrCat("<div class=\"two-up\">", SideTable(report), "<div>",
                      GateSection(report), PairTable(report),
                      RankSection(report), WorstSection(report), "</div></div>",
                      KlSection(report));
}

}  // namespace sampler::tools
