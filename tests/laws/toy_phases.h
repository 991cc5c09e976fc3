// A toy language with phases.

#ifndef SAMPLER_TESTS_LAWS_TOY_PHASES_H_
#define SAMPLER_TESTS_LAWS_TOY_PHASES_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/support/pipelines.h"

namespace sampler {

// Tokens of the language.
using Text = std::vector<TokenId>;

inline constexpr std::int64_t kSize = 4;

// A model whose logits depend on the last two tokens.
inline std::vector<double> LogitsAfter(const Text& text) {
  std::uint64_t code = 7;
  for (std::size_t back = 1; back <= 2 && back <= text.size(); ++back) {
    code = code * 31 + static_cast<std::uint64_t>(text[text.size() - back]) + 1;
  }
  std::vector<double> row;
  for (std::uint64_t i = 0; i < kSize; ++i) {
    row.push_back(static_cast<double>((code * (2 * i + 3)) % 11) * 0.3);
  }
  return row;
}

// These stages and a draw, where 0 opens a phase, which 1, 2 or 3 closes.
inline Pipeline Phased(const std::string& stages) {
  return Pipeline::Create(
             ParseConfig(absl::StrCat(
                             R"({"version": 1, "phases": {"thinking":
                                 {"begin": [[0]], "end": [[1, 2], [3]]}},
                                 "stages": [)",
                             stages, R"(, {"type": "categorical"}]})"))
                 .value(),
             kSize)
      .value();
}

inline constexpr char kHeat[] =
    R"({"type": "temperature", "temperature": 1.7, "when": {"phase": "thinking"}})";
inline constexpr char kCold[] =
    R"({"type": "temperature", "temperature": 0.6,
        "when": {"not": {"phase": "thinking"}}})";
inline constexpr char kPenalty[] =
    R"({"type": "presence_penalty", "penalty": 0.7, "scope": "phase"})";
inline constexpr char kBudget[] =
    R"({"type": "thinking_budget", "phase": "thinking", "tokens": 2,
        "close": [1, 2]})";

// Where the phase stands after `text`: the definition, in the words of this
// toy.
struct Where {
  bool open = false;
  std::size_t since = 0;  // Of the stretch.
};

inline Where WhereIn(const Text& text) {
  Where where;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool ends =
        text[i] == 3 || (i > 0 && text[i - 1] == 1 && text[i] == 2);
    if (where.open ? ends : text[i] == 0) {
      where = {.open = !where.open, .since = i + 1};
    }
  }
  return where;
}

}  // namespace sampler

#endif  // SAMPLER_TESTS_LAWS_TOY_PHASES_H_
