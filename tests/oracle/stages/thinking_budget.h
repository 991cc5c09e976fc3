// thinking_budget: b, the place where the phase last opened; d, where its
// tokens are spent and, with "at": "newline", a newline stands before d or
// `grace` tokens have been waited for.
//
// The text is walked from d on with the number of tokens of `close` that stand:
// at every place where the phase is open, or where the close goes on, close[k]
// is the only candidate.
#ifndef SAMPLER_TESTS_ORACLE_STAGES_THINKING_BUDGET_H_
#define SAMPLER_TESTS_ORACLE_STAGES_THINKING_BUDGET_H_

#include <cstdint>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "tests/oracle/phases.h"
#include "tests/oracle/state.h"

namespace oracle {

// The longest beginning of `close` that text[from, ...) ends with, where it is
// `text` up to `to`.
inline std::size_t StandingOfClose(const std::vector<TokenId>& text,
                                   std::size_t from, std::size_t to,
                                   const std::vector<TokenId>& close) {
  std::size_t best = 0;
  for (std::size_t k = 1; k <= close.size() && k <= to - from; ++k) {
    bool same = true;
    for (std::size_t i = 0; i < k; ++i) same &= text[to - k + i] == close[i];
    if (same) best = k;
  }
  return best;
}

inline void ThinkingBudget(State& state, const nlohmann::json& options,
                           const Context& context) {
  if (!options.contains("tokens") || options["tokens"].is_null()) return;
  const PhasePlaces places = PlacesOf(
      context.phases.at(options.at("phase").get<std::string>()), context);
  if (places.opened.empty()) return;
  const std::vector<TokenId> text = TextOf(context);
  const auto size = static_cast<std::int64_t>(text.size());
  const auto close = options.at("close").get<std::vector<TokenId>>();
  const auto tokens = options["tokens"].get<std::int64_t>();
  if (tokens > size) return;
  std::int64_t d = places.opened.back() + tokens;
  if (options.value("at", "once") == "newline") {
    const auto newlines = options.at("newlines").get<std::set<TokenId>>();
    const std::int64_t last = d + options.value("grace", std::int64_t{0});
    while (
        d < last && d <= size &&
        !(d > 0 && newlines.contains(text[static_cast<std::size_t>(d - 1)]))) {
      ++d;
    }
  }
  if (d > size) return;
  const auto from = static_cast<std::size_t>(d);
  std::size_t next = 0;
  if (places.Open()) {
    next = StandingOfClose(text, from, text.size(), close);
  } else {
    const std::int64_t end = places.closed.back();
    if (end <= d) return;
    const std::size_t stands =
        StandingOfClose(text, from, static_cast<std::size_t>(end), close);
    if (stands == 0) return;
    next = stands;
    for (auto i = static_cast<std::size_t>(end); i < text.size(); ++i) {
      if (next >= close.size() || text[i] != close[next]) return;
      ++next;
    }
  }
  if (next >= close.size()) return;
  std::erase_if(state.survivors,
                [&](const Candidate& c) { return c.id != close[next]; });
}

}  // namespace oracle

#endif  // SAMPLER_TESTS_ORACLE_STAGES_THINKING_BUDGET_H_
