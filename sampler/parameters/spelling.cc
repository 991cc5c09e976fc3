#include "sampler/parameters/spelling.h"

#include <algorithm>
#include <numeric>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
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

}  // namespace

absl::string_view NearestName(absl::string_view name,
                              absl::Span<const absl::string_view> known) {
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
