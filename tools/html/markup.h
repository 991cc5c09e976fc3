// Pieces of an HTML page: text of others made harmless, and numbers that keep
// all their digits.
//
// A page that is shown holds bytes of a log, of a vocabulary and of a command
// line; all of them pass through here. What printable.h calls unsafe is shown
// as an escape, and what HTML gives a meaning to as an entity, so no byte of
// theirs is markup.
//
// Thread-safety: pure functions.
// Tested by: tests/tools/html/markup_test.cc, tests/tools/html/browser_test.cc.

#ifndef SAMPLER_TOOLS_HTML_MARKUP_H_
#define SAMPLER_TOOLS_HTML_MARKUP_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "sampler/candidate.h"
#include "tools/text/output.h"
#include "tools/text/token_text.h"

namespace sampler::tools {

// `bytes` for an element or for an attribute in double quotes.
std::string HtmlText(absl::string_view bytes);

// A token as one line: its text in quotes, at most kTokenCharacters of it, or
// its id where there are no texts.
inline constexpr std::size_t kTokenCharacters = 48;
std::string HtmlToken(const TokenText& text, TokenId id);

// A token as part of a running text: line breaks break the line and are seen,
// as tabs are.
std::string HtmlRunning(const TokenText& text, TokenId id);

// `shown`, and all digits of `x` for who points at it; "-" for a NaN.
std::string HtmlNumber(double x, absl::string_view shown);
std::string HtmlNumber(std::int64_t n);

// The same as a cell of a table, of class `style`.
std::string HtmlCell(absl::string_view style, double x,
                     absl::string_view shown);

// All fields of a JSON object, each by its name with all its digits, in a part
// of the page that is closed at first. Objects inside have dotted names.
std::string HtmlFields(absl::string_view heading, const Json& object);

// A probability.
std::string HtmlProbability(double p);

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_HTML_MARKUP_H_
