#include "sampler/parameters/spelling.h"

#include <algorithm>
#include <numeric>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "sampler/parameters/printable.h"

namespace sampler {
namespace {

// Levenshtein distance, letter case and the difference of '-' and '_' aside.
std::size_t Distance(absl::string_view a, absl::string_view b) {
  const auto fold = [](char c) {
    return c == '-' ? '_' : absl::ascii_tolower(static_cast<unsigned char>(c));
  };
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replace = diagonal + (fold(a[i]) == fold(b[j]) ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({row[j] + 1, row[j + 1] + 1, replace});
    }
  }
  return row.back();
}

// Names longer than this are no abbreviations.
constexpr std::size_t kLongestAbbreviation = 60;

std::string Folded(absl::string_view name) {
  return absl::StrReplaceAll(absl::AsciiStrToLower(name),
                             {{"-", "_"}, {".", "_"}});
}

// Whether `name` shortens each word of `candidate` or leaves it: "temp" is
// "temperature", "rep_pen" is "repetition_penalty", "typ_p" is "typical_p".
bool Abbreviates(const std::string& name, const std::string& candidate) {
  const std::vector<absl::string_view> words = absl::StrSplit(name, '_');
  const std::vector<absl::string_view> whole = absl::StrSplit(candidate, '_');
  if (words.size() != whole.size() || name.size() >= candidate.size()) {
    return false;
  }
  for (std::size_t i = 0; i < words.size(); ++i) {
    const bool begins = absl::StartsWith(whole[i], words[i]);
    // One letter may begin anything, unless it is the whole word.
    if (!begins || (words[i].size() < 2 && words[i] != whole[i])) return false;
  }
  return true;
}

// The shortest known name that `name` begins or abbreviates, or "".
absl::string_view LongerName(absl::string_view name,
                             absl::Span<const absl::string_view> known) {
  absl::string_view best;
  if (name.size() < 3 || name.size() > kLongestAbbreviation) return best;
  const std::string folded = Folded(name);
  for (const absl::string_view candidate : known) {
    const std::string whole = Folded(candidate);
    const bool longer =
        Abbreviates(folded, whole) ||
        (whole.size() > folded.size() && absl::StartsWith(whole, folded));
    if (longer && (best.empty() || candidate.size() < best.size())) {
      best = candidate;
    }
  }
  return best;
}

}  // namespace

absl::string_view NearestName(absl::string_view name,
                              absl::Span<const absl::string_view> known) {
  // Who writes "temp" does not mean "text", which is nearer in letters.
  const absl::string_view longer = LongerName(name, known);
  if (!longer.empty()) return longer;
  absl::string_view nearest;
  std::size_t least = std::max<std::size_t>(2, name.size() / 3) + 1;
  for (const absl::string_view candidate : known) {
    // So many letters at least would have to be added.
    if (std::max(name.size(), candidate.size()) -
            std::min(name.size(), candidate.size()) >=
        least) {
      continue;
    }
    const std::size_t distance = Distance(name, candidate);
    // A name that shares no letter with another is not near it.
    if (distance < least &&
        distance < std::max(name.size(), candidate.size())) {
      least = distance;
      nearest = candidate;
    }
  }
  return nearest;
}

std::string DidYouMean(absl::string_view name,
                       absl::Span<const absl::string_view> known) {
  const absl::string_view nearest = NearestName(name, known);
  return nearest.empty() ? ""
                         : absl::StrCat(", did you mean \"", nearest, "\"?");
}

std::string UnknownName(absl::string_view what, absl::string_view name,
                        absl::Span<const absl::string_view> known) {
  const std::string hint = DidYouMean(name, known);
  return absl::StrCat("unknown ", what, " \"", Printable(Shortened(name)), "\"",
                      hint.empty()
                          ? absl::StrCat(", want one of \"",
                                         absl::StrJoin(known, "\", \""), "\"")
                          : hint);
}

std::string Shortened(absl::string_view text, std::size_t longest) {
  if (text.size() <= longest) return std::string(text);
  std::size_t end = longest;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) {
    --end;
  }
  return absl::StrCat(text.substr(0, end), "...");
}

std::string EscapePointer(absl::string_view step) {
  return absl::StrReplaceAll(step, {{"~", "~0"}, {"/", "~1"}});
}

}  // namespace sampler
