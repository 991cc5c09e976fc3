// loop_ban: every token with which the scope's text would end with a pattern of
// min_length to max_length tokens, `count` times in a row, is removed, but for
// exempt ids. Tried token by token.
#ifndef SAMPLER_TESTS_ORACLE_STAGES_LOOP_BAN_H_
#define SAMPLER_TESTS_ORACLE_STAGES_LOOP_BAN_H_

#include <cstddef>
#include <nlohmann/json.hpp>
#include <set>
#include <vector>

#include "tests/oracle/history.h"
#include "tests/oracle/state.h"

namespace oracle {

// Does `text` end with a pattern of `length` tokens, `count` times in a row?
inline bool Loops(const std::vector<TokenId>& text, std::size_t length,
                  std::size_t count) {
  if (length * count > text.size()) return false;
  for (std::size_t i = 0; i < length * (count - 1); ++i) {
    const std::size_t at = text.size() - 1 - i;
    if (text[at] != text[at - length]) return false;
  }
  return true;
}

inline void LoopBan(State& state, const nlohmann::json& options,
                    const Context& context) {
  const auto count = options.at("count").get<std::size_t>();
  const auto shortest = options.value("min_length", std::size_t{1});
  const auto longest = options.value("max_length", std::size_t{32});
  const auto exempt = options.value("exempt", std::set<TokenId>());
  const std::vector<TokenId> text = Tokens(options, context, "output");
  // What is nowhere in the text closes nothing.
  const std::set<TokenId> seen(text.begin(), text.end());
  std::erase_if(state.survivors, [&](const Candidate& c) {
    if (exempt.contains(c.id) || !seen.contains(c.id)) return false;
    std::vector<TokenId> next = text;
    next.push_back(c.id);
    for (std::size_t length = shortest; length <= longest; ++length) {
      if (Loops(next, length, count)) return true;
    }
    return false;
  });
}

}  // namespace oracle

#endif  // SAMPLER_TESTS_ORACLE_STAGES_LOOP_BAN_H_
