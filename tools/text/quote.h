// Untrusted bytes, made fit for a terminal by sampler/parameters/printable.h,
// and set in columns.
//
// Thread-safety: pure functions.
// Tested by: tests/tools/text/token_text_test.cc.

#ifndef SAMPLER_TOOLS_TEXT_QUOTE_H_
#define SAMPLER_TOOLS_TEXT_QUOTE_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"
#include "sampler/parameters/printable.h"  // IWYU pragma: export

namespace sampler::tools {

// `bytes` in double quotes. Quotes, backslashes and what printable.h calls
// unsafe become \" \\ \n \t \r \xNN.
std::string Quote(absl::string_view bytes);

// The same without the quotes around, and with those inside left alone: for
// sentences that hold something untrusted.
std::string Escape(absl::string_view bytes);

// The name of a file that is read, so written; "standard input" for "-".
std::string ShownPath(const std::string& path);

// Printable(text), but for line breaks, which stay. Of JSON (with line breaks
// only between its values) it is the same JSON.
std::string EscapeLines(absl::string_view text);

// Columns that `text`, UTF-8, takes in a terminal: none for combining marks,
// two for East Asian wide characters and emoji.
std::size_t Columns(absl::string_view text);

// `text` filled up with spaces to `columns`, or, where it is longer, cut and
// ended by "...".
std::string FitColumns(absl::string_view text, std::size_t columns);

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_TEXT_QUOTE_H_
