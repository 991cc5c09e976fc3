#include "tools/compare/tables.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "tools/text/number_text.h"
#include "tools/text/output.h"

namespace sampler::tools {
namespace {

std::string Shown(double x) { return NumberText(x, 4, kCompareColumns - 1); }

std::string RangeText(const Interval& interval) {
  if (std::isnan(interval.low)) return "-";
  return absl::StrCat("[", NumberText(interval.low, 4, 10), ", ",
                      NumberText(interval.high, 4, 10), "]");
}

// A metric as one line, or as two where only a range is known.
std::vector<TableLine> LinesOf(const std::string& name,
                               const std::vector<double>& values,
                               const std::vector<Range>& ends, bool is_range,
                               const std::string& note,
                               const std::string& bounded_note) {
  if (!is_range) return {{name, values, note}};
  TableLine least = {name, {}, bounded_note};
  TableLine most = {"  at most", {}, ""};
  for (const Range& range : ends) {
    least.values.push_back(range.low);
    most.values.push_back(range.high);
  }
  if (note != "-") absl::StrAppend(&least.note, ", ", note);
  return {least, most};
}

}  // namespace

std::vector<TableLine> SideLines(const CompareReport& report) {
  std::vector<TableLine> lines;
  for (std::size_t m = 0; m < report.side.size(); ++m) {
    const SideEstimate& e = report.side[m];
    const std::string absent = AbsenceOf(report, m);
    for (TableLine& line :
         LinesOf(SideMetrics()[m].name, {e.a, e.b, e.difference},
                 {e.ends[0], e.ends[1], e.ends[2]}, e.is_range(),
                 absent.empty() ? RangeText(e.interval) : absent,
                 BoundedNote(e.bounded, e.rows))) {
      lines.push_back(std::move(line));
    }
  }
  return lines;
}

std::vector<TableLine> PairLines(const CompareReport& report) {
  std::vector<TableLine> lines;
  for (std::size_t m = 0; m < report.pair.size(); ++m) {
    const PairEstimate& e = report.pair[m];
    const std::string absent = PairAbsenceOf(report, m);
    for (TableLine& line :
         LinesOf(PairMetrics()[m].name, {e.value}, {e.ends}, e.is_range(),
                 absent.empty() ? RangeText(e.interval) : absent,
                 BoundedNote(e.bounded, e.rows))) {
      lines.push_back(std::move(line));
    }
  }
  return lines;
}

std::string TextOf(const std::vector<TableLine>& lines, std::size_t width) {
  std::string text;
  for (const TableLine& line : lines) {
    absl::StrAppend(
        &text, line.name,
        std::string(width - std::min(width, line.name.size()), ' '));
    for (const double value : line.values) {
      absl::StrAppend(&text, Cell(Shown(value), kCompareColumns));
    }
    absl::StrAppend(&text, line.note.empty() ? "" : "  ", line.note, "\n");
  }
  return text;
}

std::string MarkdownOf(const std::vector<TableLine>& lines) {
  std::string text;
  for (const TableLine& line : lines) {
    absl::StrAppend(&text, "| ", absl::StripLeadingAsciiWhitespace(line.name));
    for (const double value : line.values) {
      absl::StrAppend(&text, " | ", Shown(value));
    }
    absl::StrAppend(&text, " | ", line.note, " |\n");
  }
  return text;
}

std::string RankTable(const CompareReport& report) {
  if (report.totals.ranks(0).rows() + report.totals.ranks(1).rows() == 0) {
    return "";
  }
  std::string text;
  const auto line = [&](const std::string& name, const auto& cell) {
    absl::StrAppend(&text, absl::StrFormat("%-22s", name));
    for (std::size_t i = 0; i < report.totals.ranks(0).buckets().size(); ++i) {
      absl::StrAppend(&text, Cell(cell(i), 8));
    }
    text += "\n";
  };
  line("logged token's rank", [&](std::size_t i) {
    return BucketName(report.totals.ranks(0).buckets()[i]);
  });
  for (std::size_t s = 0; s < 2; ++s) {
    const auto& buckets = report.totals.ranks(s).buckets();
    const std::string side = s == 0 ? "A" : "B";
    line(side + ", rows",
         [&](std::size_t i) { return Grouped(buckets[i].rows); });
    line(side + ", covered",
         [&](std::size_t i) { return Grouped(buckets[i].covered); });
  }
  return text;
}

}  // namespace sampler::tools
