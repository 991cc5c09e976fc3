// Text as the words of a shell. Internal to the importers.
//
// Thread-safety: pure functions. Cost: linear.
// Tested by: tests/importers/llama_flags_test.cc.

#ifndef SAMPLER_IMPORTERS_FORMATS_SHELL_WORDS_H_
#define SAMPLER_IMPORTERS_FORMATS_SHELL_WORDS_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "sampler/parameters/value.h"

namespace sampler::importers {

struct ShellWord {
  std::string text;
  bool ends_command = false;  // An operator between commands: "|", "&&", ";".
};

// Quotes, backslashes and comments are read as a shell reads them; a line's
// end is a space. Nothing, and a problem that names the line, if a quote is
// left open.
std::optional<std::vector<ShellWord>> SplitWords(
    absl::string_view text, std::vector<Problem>& problems);

// The number that `word` is, else the text.
Value NumberOrText(absl::string_view word);

}  // namespace sampler::importers

#endif  // SAMPLER_IMPORTERS_FORMATS_SHELL_WORDS_H_
