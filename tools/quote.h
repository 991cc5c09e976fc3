// Untrusted bytes, made fit for a terminal.
//
// Thread-safety: pure functions.
// Tested by: tests/tools/token_text_test.cc.

#ifndef SAMPLER_TOOLS_QUOTE_H_
#define SAMPLER_TOOLS_QUOTE_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"

namespace sampler::tools {

// `bytes` in double quotes. Quotes, backslashes, control characters, invisible
// and direction-changing characters, and whatever is not UTF-8, become
// \" \\ \n \t \r \xNN.
std::string Quote(absl::string_view bytes);

// The same without the quotes around, and with those inside left alone: for
// sentences that hold something untrusted.
std::string Escape(absl::string_view bytes);

// A character of UTF-8. `length` is 0 where there is none.
struct Character {
  std::size_t length = 0;  // In bytes.
  char32_t code = 0;
};

// The character that `bytes` begins with.
Character FirstCharacter(absl::string_view bytes);

// Whether all of `bytes` is UTF-8.
bool IsUtf8(absl::string_view bytes);

// Columns that `text`, UTF-8, takes in a terminal: none for combining marks,
// two for East Asian wide characters and emoji.
std::size_t Columns(absl::string_view text);

// `text` filled up with spaces to `columns`, or, where it is longer, cut and
// ended by "...".
std::string FitColumns(absl::string_view text, std::size_t columns);

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_QUOTE_H_
