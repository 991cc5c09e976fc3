// The two tables of a surveyed log for people: rows that were looked at, and
// the logged tokens against rows before and after their own.
//
// Thread-safety: pure functions.
// Tested by: tests/tools/inspect_test.cc.

#ifndef SAMPLER_TOOLS_INSPECT_TABLES_H_
#define SAMPLER_TOOLS_INSPECT_TABLES_H_

#include <cstddef>
#include <string>

#include "sampler/logs/survey.h"
#include "tools/text/output.h"
#include "tools/text/token_text.h"

namespace sampler::tools {

// No line is longer than this many columns.
inline constexpr std::size_t kInspectColumns = 100;

// `text`, cut if it is longer than so many columns, but never filled up.
std::string FitEnd(const std::string& text, std::size_t columns);

// The entropy and the likeliest tokens of each sampled row. "" without any.
std::string SampledTable(const logs::Survey& survey, const TokenText& text,
                         const Painter& paint);

// How well the logged tokens fit when they are shifted by a few rows. "" for a
// log without tokens.
std::string ShiftTable(const logs::Survey& survey, const Painter& paint);

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_INSPECT_TABLES_H_
