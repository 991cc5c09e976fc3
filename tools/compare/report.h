// What a comparison says, and how it is written: for people, as Markdown, JSON,
// JSON Lines or CSV.
//
// A number that is absent is null in JSON, empty in CSV and "-" for people; why
// is told beside it ("absent"). One that is known as a range only is two lines
// for people and two rows of CSV (NAME.least, NAME.most), and has "bounds" in
// JSON; an end that is infinite is null there.
//
// Thread-safety: pure functions of the report.
// Tested by: tests/tools/compare/compare_test.cc.

#ifndef SAMPLER_TOOLS_COMPARE_REPORT_H_
#define SAMPLER_TOOLS_COMPARE_REPORT_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tools/compare/gate.h"
#include "tools/compare/kl_report.h"
#include "tools/compare/pairs.h"
#include "tools/compare/totals.h"
#include "tools/compare/trainer/metrics.h"
#include "tools/text/output.h"
#include "tools/text/token_text.h"

namespace sampler::tools {

// A row that differs much.
struct WorstRow {
  RowPair row;
  double distance = 0;                  // TV, or the KLD of the rows.
  std::array<std::string, 2> commands;  // That explain it.
};

struct CompareReport {
  const Sides& sides;
  std::array<std::string, 2> paths;
  const PairOptions& options;
  const TokenText& text;
  const Totals& totals;
  std::vector<SideEstimate> side;
  std::vector<PairEstimate> pair;
  std::optional<KlReport> kl;
  std::string kl_absent;  // Why there is no KL report; "": nobody asked.
  std::optional<TrainerMetrics> trainer;  // Of --trainer.
  TrainerOptions trainer_options;
  std::vector<WorstRow> worst;
  std::string worst_by;  // "tv" or "kld".
  std::vector<GateResult> gates;
  std::vector<std::string> warnings;
};

// Every number by its name, as --fail-if and JSON have it; NaN: absent.
std::map<std::string, double> ReportValues(const CompareReport& report);

// Why a metric has no value, or "".
std::string AbsenceOf(const CompareReport& report, std::size_t metric);
std::string PairAbsenceOf(const CompareReport& report, std::size_t metric);

// How intervals were made, or why there are none; how many rows were compared.
std::string IntervalNote(const CompareReport& report);
std::string RowsNote(const CompareReport& report);

// "at least; bounded in 3 of 12 rows"; REQUIRES: bounded > 0.
std::string BoundedNote(std::int64_t bounded, std::int64_t rows);

std::string CompareText(const CompareReport& report, const Painter& paint);
std::string CompareMarkdown(const CompareReport& report);
std::string CompareCsv(const CompareReport& report);
Json CompareJson(const CompareReport& report);

// The head of the report, and one row, for JSON Lines.
Json CompareHeadJson(const CompareReport& report);
Json RowPairJson(const RowPair& row);

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_COMPARE_REPORT_H_
