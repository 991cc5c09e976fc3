// Ollama's Modelfile.

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "sampler/importers/formats/formats.h"
#include "sampler/parameters/spelling.h"

namespace sampler::importers {
namespace {

constexpr absl::string_view kQuotes = "\"\"\"";

constexpr absl::string_view kInstructions[] = {
    "FROM",    "PARAMETER", "TEMPLATE", "SYSTEM",   "ADAPTER",
    "LICENSE", "MESSAGE",   "REQUIRES", "RENDERER", "PARSER"};

// The line's first word, in capitals; the rest follows in `rest`.
std::string FirstWord(absl::string_view line, absl::string_view& rest) {
  line = absl::StripAsciiWhitespace(line);
  const std::size_t end = std::min(line.find_first_of(" \t"), line.size());
  rest = absl::StripAsciiWhitespace(line.substr(end));
  return absl::AsciiStrToUpper(line.substr(0, end));
}

bool IsInstruction(absl::string_view word) {
  return std::find(std::begin(kInstructions), std::end(kInstructions), word) !=
         std::end(kInstructions);
}

// Whether `text` opens a """ that it does not close.
bool OpensText(absl::string_view text) {
  std::size_t count = 0;
  for (std::size_t at = text.find(kQuotes); at != absl::string_view::npos;
       at = text.find(kQuotes, at + kQuotes.size())) {
    ++count;
  }
  return count % 2 == 1;
}

// Quoted values are text; others are numbers where they can be.
Value ValueOf(absl::string_view word) {
  if (absl::ConsumePrefix(&word, "\"") && absl::ConsumeSuffix(&word, "\"")) {
    return std::string(word);
  }
  const std::string lower = absl::AsciiStrToLower(word);
  if (lower == "true" || lower == "false") return lower == "true";
  return NumberOrText(word);
}

}  // namespace

bool IsModelfile(absl::string_view text) {
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    absl::string_view rest;
    const std::string word = FirstWord(line, rest);
    if (word.empty() || word[0] == '#') continue;
    // Modelfiles begin with FROM, and so do Dockerfiles, which have none of
    // the others.
    if (word == "PARAMETER") return true;
    if (word != "FROM" && !IsInstruction(word)) return false;
  }
  return false;
}

std::vector<Setting> ReadModelfile(absl::string_view text,
                                   std::vector<Problem>& problems) {
  std::vector<Setting> settings;
  bool in_text = false;
  std::int64_t number = 0;
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    ++number;
    const bool inside = in_text;
    if (OpensText(line)) in_text = !in_text;
    if (inside) continue;
    absl::string_view rest;
    const std::string word = FirstWord(line, rest);
    if (word.empty() || word[0] == '#') continue;
    std::string name = absl::AsciiStrToLower(word);
    if (word == "PARAMETER") {
      name = absl::AsciiStrToLower(FirstWord(rest, rest));
    } else if (IsInstruction(word)) {
      continue;
    }
    if (name.empty() || rest.empty()) {
      problems.push_back(
          {"", absl::StrCat("line ", number, ": got \"",
                            Shortened(absl::StripAsciiWhitespace(line)),
                            "\", want \"PARAMETER name value\"")});
      return {};
    }
    settings.push_back({name, absl::StrCat("/", name), ValueOf(rest)});
  }
  return settings;
}

}  // namespace sampler::importers
