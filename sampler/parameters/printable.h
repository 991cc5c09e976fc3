// Untrusted text, made fit to be printed: the one place that knows which
// characters may reach a terminal. Everything that the library puts into a
// message and everything that the tools print goes through EscapeUnsafe.
//
// Escaped are characters that are invisible, move the cursor, begin an escape
// sequence (C0 and C1 controls, DEL), break a line (U+2028, U+2029), turn the
// direction of what follows (U+202A to U+202E, U+2066 to U+2069, U+200E,
// U+200F, U+061C), tag what stands beside them, or have no agreed shape
// (private use, noncharacters), and bytes that are not UTF-8. What is escaped
// once stays as it is when it is escaped again.
//
// Thread-safety: pure functions. Cost: linear.
// Tested by: tests/parameters/printable_test.cc.

#ifndef SAMPLER_PARAMETERS_PRINTABLE_H_
#define SAMPLER_PARAMETERS_PRINTABLE_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"

namespace sampler {

// A character of UTF-8. `length` is 0 where there is none.
struct Character {
  std::size_t length = 0;  // In bytes.
  char32_t code = 0;
};

// The character that `text` begins with (RFC 3629: no overlong forms, no
// surrogates, nothing above U+10FFFF).
Character FirstCharacter(absl::string_view text);

// Whether all of `text` is UTF-8.
bool IsUtf8(absl::string_view text);

// Whether a character is escaped.
bool IsUnsafe(char32_t code);

enum class Escapes {
  // As in JSON: "\n", "\u001b", "\udb40\udc01". What is not UTF-8 becomes
  // U+FFFD.
  kJson,
  // Line breaks and tabs as in JSON, other bytes as "\x1b": nothing is lost.
  kBytes
};

// `text` as one line that is safe to print. Quotes and backslashes stay.
std::string EscapeUnsafe(absl::string_view text, Escapes escapes);

// For messages: EscapeUnsafe with Escapes::kJson.
std::string Printable(absl::string_view text);

}  // namespace sampler

#endif  // SAMPLER_PARAMETERS_PRINTABLE_H_
