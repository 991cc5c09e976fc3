// The tables of a comparison, for people and as Markdown: a line for each
// metric, or two where only a range of it is known.
//
// Thread-safety: pure functions of the report.
// Tested by: tests/tools/compare/compare_test.cc,
//   tests/tools/compare/listed_rows_test.cc.

#ifndef SAMPLER_TOOLS_COMPARE_TABLES_H_
#define SAMPLER_TOOLS_COMPARE_TABLES_H_

#include <cstddef>
#include <string>
#include <vector>

#include "tools/compare/report.h"

namespace sampler::tools {

// The cells of a line, and what stands behind them.
struct TableLine {
  std::string name;
  std::vector<double> values;
  std::string note;
};

// Width of a cell for people.
inline constexpr std::size_t kCompareColumns = 11;

std::vector<TableLine> SideLines(const CompareReport& report);
std::vector<TableLine> PairLines(const CompareReport& report);

// `width`: of the names.
std::string TextOf(const std::vector<TableLine>& lines, std::size_t width);
std::string MarkdownOf(const std::vector<TableLine>& lines);

// How the logged tokens rank in the rows as logged, and which of them the sides
// cover; "" where no rank is known.
std::string RankTable(const CompareReport& report);

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_COMPARE_TABLES_H_
