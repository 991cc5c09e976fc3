#include "tools/inspect/tables.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "tools/text/number_text.h"
#include "tools/text/quote.h"

namespace sampler::tools {
namespace {

// Widths of two columns of the shift table.
struct ShiftColumns {
  std::size_t rows = 9;
  std::size_t impossible = 12;
};

ShiftColumns ColumnsOf(absl::Span<const logs::ShiftScore> shifts) {
  ShiftColumns columns;
  for (const logs::ShiftScore& score : shifts) {
    columns.rows = CellColumns(Grouped(score.rows), columns.rows);
  }
  columns.impossible = std::max(columns.rows, columns.impossible);
  return columns;
}

std::string PerplexityOf(const logs::ShiftScore& score) {
  return score.impossible > 0 ? "infinite" : PerplexityText(score.mean_nll);
}

std::string ShiftLine(const logs::ShiftScore& score,
                      const ShiftColumns& columns, bool best) {
  const bool any = score.rows > score.impossible;
  std::string line = absl::StrCat(absl::StrFormat("%+8d", score.shift),
                                  Cell(Grouped(score.rows), columns.rows));
  if (score.shift == 0) line.replace(6, 2, " 0");
  absl::StrAppend(&line, Cell(any ? NumberText(score.mean_nll, 4, 9) : "-", 10),
                  Cell(any ? PerplexityOf(score) : "-", 14),
                  Cell(Grouped(score.impossible), columns.impossible));
  if (score.shift == 0) absl::StrAppend(&line, "  as logged");
  if (best) {
    absl::StrAppend(&line, score.shift == 0 ? ", the best" : "  the best");
  }
  return line + "\n";
}

// What the shift table cannot say, or says too low.
std::string ShiftNotes(const logs::Survey& survey) {
  std::string notes;
  if (!survey.BestShift().has_value()) {
    absl::StrAppend(&notes, "        too short to check: fewer than ",
                    logs::Survey::kFewestForShift, " rows with a token\n");
  }
  if (survey.floor.has_value() && survey.floor->censored > 0) {
    absl::StrAppend(&notes, "        ",
                    Plural(survey.floor->censored, "logged token"),
                    " at the floor: the perplexity is a lower bound\n");
  }
  if (survey.tail.has_value() && survey.tail->censored > 0) {
    absl::StrAppend(&notes, "        ",
                    Plural(survey.tail->censored, "logged token"),
                    " not listed: the perplexity is a lower bound\n");
  }
  return notes;
}

}  // namespace

std::string FitEnd(const std::string& text, std::size_t columns) {
  return Columns(text) <= columns ? text : FitColumns(text, columns);
}

std::string SampledTable(const logs::Survey& survey, const TokenText& text,
                         const Painter& paint) {
  if (survey.sampled.empty()) return "";
  const std::size_t width =
      std::max<std::size_t>(8, Grouped(survey.sampled.back().row).size());
  const auto number = [width](absl::string_view digits) {
    return absl::StrFormat("%*s", static_cast<int>(width), digits);
  };
  std::string table =
      paint(Style::kBold, number("row") + "  entropy  likeliest tokens") + "\n";
  for (const logs::SampledRow& row : survey.sampled) {
    if (row.broken) {
      absl::StrAppend(&table, number(Grouped(row.row)),
                      "        -  no distribution\n");
      continue;
    }
    std::string line = absl::StrCat(number(Grouped(row.row)),
                                    absl::StrFormat("%9.3f", row.entropy));
    for (const logs::TopToken& token : row.top) {
      if (std::isinf(token.value)) break;  // Removed, and so are the rest.
      const std::string name =
          text.empty() ? absl::StrCat("id ", token.id) : text.Display(token.id);
      const std::string entry = absl::StrCat(
          "  ", FitEnd(name, 18), " ", ProbabilityText(token.probability));
      if (Columns(line) + Columns(entry) > kInspectColumns) break;
      line += entry;
    }
    absl::StrAppend(&table, line, "\n");
  }
  return table;
}

std::string ShiftTable(const logs::Survey& survey, const Painter& paint) {
  if (!survey.shifts.has_value()) return "";
  const ShiftColumns columns = ColumnsOf(*survey.shifts);
  std::string table = absl::StrCat(
      paint(Style::kBold, absl::StrCat("   shift", Cell("rows", columns.rows),
                                       "  mean NLL    perplexity",
                                       Cell("impossible", columns.impossible))),
      "\n",
      paint(Style::kDim,
            "        (row r against the logged token of row r + shift; nats)"),
      "\n");
  const std::optional<int> best = survey.BestShift();
  for (const logs::ShiftScore& score : *survey.shifts) {
    table += ShiftLine(score, columns, best == score.shift);
  }
  return table + ShiftNotes(survey);
}

}  // namespace sampler::tools
