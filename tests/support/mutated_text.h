// Texts changed at random, for tests that no text breaks its reader.

#ifndef SAMPLER_TESTS_SUPPORT_MUTATED_TEXT_H_
#define SAMPLER_TESTS_SUPPORT_MUTATED_TEXT_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace sampler {

// `text` after so many changes: a letter of `alphabet` in place of one or
// before it, a few letters gone, a piece of the text in another place (doubled
// keys, moved values), or the end cut off and an end of `other` put there.
template <typename Random>
std::string MutatedText(std::string text, std::uint64_t changes,
                        absl::string_view alphabet, absl::string_view other,
                        Random& random) {
  const auto letter = [&] { return alphabet[random() % alphabet.size()]; };
  for (; changes > 0 && !text.empty(); --changes) {
    const std::size_t at = random() % text.size();
    switch (random() % 5) {
      case 0:
        text[at] = letter();
        break;
      case 1:
        text.insert(at, 1, letter());
        break;
      case 2:
        text.erase(at, 1 + random() % 12);
        break;
      case 3:
        text.insert(at, text.substr(random() % text.size(), random() % 20));
        break;
      default:
        text.resize(at);
        absl::StrAppend(&text, other.substr(random() % (other.size() + 1)));
    }
  }
  return text;
}

}  // namespace sampler

#endif  // SAMPLER_TESTS_SUPPORT_MUTATED_TEXT_H_
