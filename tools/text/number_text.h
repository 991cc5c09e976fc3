// Numbers in the tables that people read: columns that hold, whatever the
// number, and no number rounded to what it is not.
//
// Thread-safety: pure functions.
// Tested by: tests/tools/text/number_text_test.cc.

#ifndef SAMPLER_TOOLS_TEXT_NUMBER_TEXT_H_
#define SAMPLER_TOOLS_TEXT_NUMBER_TEXT_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace sampler::tools {

// `x` with that many decimals ("-35.0938") or, where this is longer than
// `columns`, with as many as fit ("-1234.6"); where not even its whole part
// does, with a power of ten ("-3.4e+38"). "inf", "-inf"; "-" for a NaN, which
// stands for a number that is absent. REQUIRES: columns >= 7.
std::string NumberText(double x, int decimals, std::size_t columns);

// A probability in at most 7 columns: "0.4741", "3.2e-07", "4e-308", "0.0000"
// for 0.
std::string ProbabilityText(double p);

// "3.125", in at most 12 columns.
std::string LogitText(double logit);

// A share of 1 as "12.5 %". What is neither nothing nor all never reads as one
// of them: "<0.1 %", ">99.9 %". "-" for a NaN.
std::string PercentText(double share);

// e^nll: "4.8847" in at most 13 columns, or "e^708.2" where a double cannot
// hold it.
std::string PerplexityText(double nll);

// "1 row", "2,048 rows".
std::string Plural(std::int64_t n, absl::string_view noun);

// `text` with spaces before it: as many columns as asked for, and at least one
// space, so that a cell never touches the one before it.
std::string Cell(absl::string_view text, std::size_t columns);

// Columns of a cell whose widest text is `widest`, at least `least`.
std::size_t CellColumns(absl::string_view widest, std::size_t least);

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_TEXT_NUMBER_TEXT_H_
