#include "tools/sweep/print.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "nlohmann/json.hpp"
#include "tools/process/interrupt.h"
#include "tools/text/number_text.h"
#include "tools/text/quote.h"

namespace sampler::tools {
namespace {

constexpr std::size_t kColumns = 11;
constexpr std::size_t kBarColumns = 20;

// The metric that the bars of a table show.
constexpr char kShown[] = "entropy";

// Smallest and largest value of a metric; false without two different ones.
bool RangeOf(const SweepReport& report, std::size_t metric, double& low,
             double& high) {
  low = std::numeric_limits<double>::infinity();
  high = -low;
  for (const SweepRow& row : report.rows) {
    const double value = row.values[metric];
    if (std::isnan(value)) continue;
    low = std::min(low, value);
    high = std::max(high, value);
  }
  return low < high;
}

// A bar of the value's place between the smallest and the largest.
std::string Bar(const SweepReport& report, const SweepRow& row) {
  const std::size_t metric = *SweepMetric(kShown);
  double low = 0;
  double high = 0;
  const double value = row.values[metric];
  if (!RangeOf(report, metric, low, high) || std::isnan(value)) return "";
  const double share = (value - low) / (high - low);
  return std::string(1 + static_cast<std::size_t>(std::lround(
                             share * static_cast<double>(kBarColumns - 1))),
                     '#');
}

std::string MetricCell(double value, std::size_t metric) {
  return Cell(NumberText(value, 4, kColumns - 1),
              std::max(kColumns, SweepMetrics()[metric].size() + 1));
}

bool HasRange(const SweepRow& row) {
  return std::any_of(row.ends.begin(), row.ends.end(),
                     [](const Range& ends) { return ends.low < ends.high; });
}

// The line below a setting some of whose numbers are known as ranges.
std::string HighEnds(const SweepRow& row) {
  if (!HasRange(row)) return "";
  const std::string name = "at most";
  std::string text(2 + (row.setting.size() - 1) * kColumns, ' ');
  text += Cell(name, kColumns);
  for (std::size_t m = 0; m < row.ends.size(); ++m) {
    text += row.is_range(m)
                ? MetricCell(row.ends[m].high, m)
                : std::string(std::max(kColumns, SweepMetrics()[m].size() + 1),
                              ' ');
  }
  return absl::StrCat(absl::StripTrailingAsciiWhitespace(text), "\n");
}

// The means of a setting are those of the rows that the log decides under it.
std::string LeftOutText(const SweepRow& row) {
  return row.left_out == 0
             ? ""
             : absl::StrCat("  without ", Plural(row.left_out, "row"),
                            " that the log does not decide");
}

bool LeavesRowsOut(const SweepReport& report) {
  return std::any_of(report.rows.begin(), report.rows.end(),
                     [](const SweepRow& row) { return row.left_out > 0; });
}

// A number, or both ends of what it can be.
std::string EndsText(const SweepRow& row, std::size_t metric) {
  const Range& ends = row.ends[metric];
  if (!row.is_range(metric)) return NumberText(ends.low, 4, 12);
  return absl::StrCat(NumberText(ends.low, 4, 12), " to ",
                      NumberText(ends.high, 4, 12));
}

// Metrics of which some setting's number is known as a range only.
std::vector<std::size_t> RangedMetrics(const SweepReport& report) {
  std::vector<std::size_t> ranged;
  for (std::size_t m = 0; m < SweepMetrics().size(); ++m) {
    if (std::any_of(report.rows.begin(), report.rows.end(),
                    [m](const SweepRow& row) { return row.is_range(m); })) {
      ranged.push_back(m);
    }
  }
  return ranged;
}

std::string HeadText(const SweepReport& report) {
  return absl::StrCat("log      ", ShownPath(report.path), ", ",
                      Grouped(report.options.rows.count()), " rows\n",
                      "base     ", ChainText(report.base.config),
                      "  (agreement is with it)\n", "seed     ",
                      report.options.run.SeedFor(report.base.config),
                      " for all settings; ties: ", TieRule(report.base.config),
                      "\n", kTeacherForced, "\n");
}

}  // namespace

std::string BestNote(const SweepReport& report) {
  return absl::StrCat("*: no other setting has more ", report.best_by.first,
                      " and less ", report.best_by.second,
                      LeavesRowsOut(report)
                          ? "; of the settings under which all rows count"
                          : "");
}

std::string SweepText(const SweepReport& report, const Painter& paint) {
  std::string text = absl::StrCat(HeadText(report), BestNote(report), "\n\n");
  std::string head = "  ";
  for (const std::string& name : report.names) {
    absl::StrAppend(&head, Cell(name, kColumns));
  }
  for (const std::string& name : SweepMetrics()) {
    absl::StrAppend(&head, Cell(name, std::max(kColumns, name.size() + 1)));
  }
  absl::StrAppend(&head, "  ", kShown, "\n");
  text += paint(Style::kBold, head);
  for (const SweepRow& row : report.rows) {
    text += row.best ? "* " : "  ";
    for (const std::string& value : row.setting) {
      absl::StrAppend(&text, Cell(value, kColumns));
    }
    for (std::size_t m = 0; m < row.values.size(); ++m) {
      text += MetricCell(row.ends[m].low, m);
    }
    absl::StrAppend(&text, "  ", Bar(report, row), LeftOutText(row), "\n",
                    HighEnds(row));
  }
  return text;
}

std::string SweepMarkdown(const SweepReport& report) {
  std::string text =
      absl::StrCat("### sampler sweep\n\n- log `", ShownPath(report.path),
                   "`, ", report.options.rows.count(), " rows\n- base `",
                   ChainText(report.base.config),
                   "` (agreement is with it)\n- ", BestNote(report), "\n\n| |");
  std::string line = "|---|";
  for (const std::string& name : report.names) {
    absl::StrAppend(&text, " ", name, " |");
    line += "---:|";
  }
  for (const std::string& name : SweepMetrics()) {
    absl::StrAppend(&text, " ", name, " |");
    line += "---:|";
  }
  absl::StrAppend(&text, "\n", line, "\n");
  for (const SweepRow& row : report.rows) {
    absl::StrAppend(&text, row.best ? "| *" : "| ", LeftOutText(row), " |");
    for (const std::string& value : row.setting) {
      absl::StrAppend(&text, " ", value, " |");
    }
    for (std::size_t m = 0; m < row.ends.size(); ++m) {
      absl::StrAppend(&text, " ", EndsText(row, m), " |");
    }
    text += "\n";
  }
  return text;
}

std::string SweepCsv(const SweepReport& report) {
  const std::vector<std::size_t> ranged = RangedMetrics(report);
  std::string text = absl::StrCat(absl::StrJoin(report.names, ","), ",",
                                  absl::StrJoin(SweepMetrics(), ","), ",best");
  for (const std::size_t m : ranged) {
    absl::StrAppend(&text, ",", SweepMetrics()[m], ".least,", SweepMetrics()[m],
                    ".most");
  }
  const bool left_out = LeavesRowsOut(report);
  absl::StrAppend(&text, left_out ? ",left_out" : "", "\n");
  for (const SweepRow& row : report.rows) {
    absl::StrAppend(&text, absl::StrJoin(row.setting, ","));
    for (const double value : row.values) {
      absl::StrAppend(&text, ",", Digits(value));
    }
    text += row.best ? ",1" : ",0";
    for (const std::size_t m : ranged) {
      absl::StrAppend(&text, ",", Digits(row.ends[m].low), ",",
                      Digits(row.ends[m].high));
    }
    if (left_out) absl::StrAppend(&text, ",", row.left_out);
    text += "\n";
  }
  return text;
}

Json SweepJson(const SweepReport& report) {
  Json rows = Json::array();
  for (const SweepRow& row : report.rows) {
    Json setting = Json::object();
    for (std::size_t i = 0; i < row.setting.size(); ++i) {
      setting[report.names[i]] = row.setting[i];
    }
    Json values = Json::object();
    Json bounds = Json::object();
    for (std::size_t m = 0; m < row.values.size(); ++m) {
      values[SweepMetrics()[m]] = Number(row.values[m]);
      if (!row.is_range(m)) continue;
      bounds[SweepMetrics()[m]] = {Number(row.ends[m].low),
                                   Number(row.ends[m].high)};
    }
    Json json = {{"setting", std::move(setting)},
                 {"chain", std::string(ChainText(row.chain.config))},
                 {"metrics", std::move(values)},
                 {"left_out", row.left_out},
                 {"best", row.best}};
    if (!bounds.empty()) json["bounds"] = std::move(bounds);
    rows.push_back(std::move(json));
  }
  Json json = {
      {"schema", "sampler.sweep/1"},
      {"tool_version", std::string(kVersion)},
      {"path", report.path},
      {"base", std::string(ChainText(report.base.config))},
      {"seed", report.options.run.SeedFor(report.base.config)},
      {"selection",
       {{"rows", {report.options.rows.first, report.options.rows.end}},
        {"every", report.options.rows.every}}},
      {"epsilon", Number(report.options.epsilon)},
      {"best_by",
       {{"more", report.best_by.first}, {"less", report.best_by.second}}},
      {"teacher_forced", true},
      {"rows", std::move(rows)},
      {"warnings", report.warnings}};
  if (Interrupted()) json["interrupted"] = true;
  return json;
}

}  // namespace sampler::tools
