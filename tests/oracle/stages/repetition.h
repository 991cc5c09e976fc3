// no_repeat_ngram, dry: edits of tokens that would repeat what stands in the
// history, found by comparing every place with the end.
//
//   no_repeat_ngram  s = the last n - 1 tokens of prompt and output; whatever
//                    follows an s inside the scope is removed, but for exempt
//                    ids
//   dry              h = the scope's tokens, of size k.
//                    k <= allowed_length: nothing. cap: the tokens after the
//                    last breaker (the last place where one begins and fits;
//                    there the longest), or k; cap < allowed_length: nothing.
//                    m(i) = min(cap, common suffix of h[0..i] and h);
//                    R(x) = max of m(i) >= allowed_length with x = h[i+1];
//                    l - multiplier * base^min(R - allowed_length, E),
//                    E = floor(88.7228391 / L(base)); not for x that is a
//                    breaker by itself, if exempt_breakers.
//                    max_ngram: cap at most that. max_occurrences: of the i
//                    with h[i] = h[k-1], i < k - 1, the last so many only.
//                    early_exit: none before the last i with m(i) >= that.
//                    rule "aphrodite": nothing unless min(cap, k - 1,
//                    max_ngram - 1) > allowed_length; then R >= 2 is punished,
//                    and early_exit is at least 2
#ifndef SAMPLER_TESTS_ORACLE_STAGES_REPETITION_H_
#define SAMPLER_TESTS_ORACLE_STAGES_REPETITION_H_

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <vector>

#include "tests/oracle/history.h"
#include "tests/oracle/house.h"
#include "tests/oracle/state.h"

namespace oracle {

inline void NoRepeatNgram(State& state, const nlohmann::json& options,
                          const Context& context) {
  const auto n = options.at("n").get<std::int64_t>();
  std::vector<TokenId> history = context.prompt;
  history.insert(history.end(), context.output.begin(), context.output.end());
  if (n == 0 || n > static_cast<std::int64_t>(history.size())) return;
  const std::vector<TokenId> end(history.end() - (n - 1), history.end());
  std::set<TokenId> banned;
  const std::vector<TokenId> text = Tokens(options, context, "both");
  for (std::size_t i = 0; i + end.size() < text.size(); ++i) {
    bool same = true;
    for (std::size_t j = 0; j < end.size(); ++j) {
      same = same && text[i + j] == end[j];
    }
    if (same) banned.insert(text[i + end.size()]);
  }
  for (const TokenId id : options.value("exempt", std::set<TokenId>())) {
    banned.erase(id);
  }
  std::erase_if(state.survivors,
                [&](const Candidate& c) { return banned.contains(c.id); });
}

// The tokens after the last breaker; all of them if there is none.
inline std::int64_t AfterBreaker(
    const std::vector<TokenId>& text,
    const std::vector<std::vector<TokenId>>& breakers) {
  const auto size = static_cast<std::int64_t>(text.size());
  for (std::int64_t head = size - 1; head >= 0; --head) {
    std::int64_t end = -1;
    for (const auto& breaker : breakers) {
      const auto length = static_cast<std::int64_t>(breaker.size());
      if (head + length > size) continue;
      if (std::equal(breaker.begin(), breaker.end(), text.begin() + head)) {
        end = std::max(end, head + length);
      }
    }
    if (end >= 0) return size - end;
  }
  return size;
}

inline void Dry(State& state, const nlohmann::json& options,
                const Context& context) {
  const auto multiplier = options.at("multiplier").get<double>();
  if (multiplier == 0) return;
  const double base = options.value("base", 1.75);
  const std::int64_t allowed = options.value("allowed_length", std::int64_t{2});
  const auto breakers =
      options.value("breakers", std::vector<std::vector<TokenId>>());
  const auto limit = [&](const char* name) {
    const bool given = options.contains(name) && !options[name].is_null();
    return given ? options[name].get<std::int64_t>()
                 : std::numeric_limits<std::int64_t>::max();
  };
  const std::int64_t max_ngram = limit("max_ngram");
  const std::int64_t max_occurrences = limit("max_occurrences");
  const bool aphrodite = options.value("rule", "llama_cpp") == "aphrodite";
  const std::int64_t enough =
      std::max<std::int64_t>(aphrodite ? 2 : 1, limit("early_exit"));
  const std::int64_t least = aphrodite ? 2 : allowed;
  const std::vector<TokenId> h = Tokens(options, context, "both");
  const auto size = static_cast<std::int64_t>(h.size());
  if (size <= allowed) return;
  const std::int64_t cap = std::min(AfterBreaker(h, breakers), max_ngram);
  if (aphrodite && std::min({cap, size - 1, max_ngram - 1}) <= allowed) return;
  if (cap < allowed) return;
  std::map<TokenId, std::int64_t> longest;
  std::int64_t places = 0;
  for (std::int64_t i = size - 2; i >= 0; --i) {
    if (h[static_cast<std::size_t>(i)] != h.back()) continue;
    if (++places > max_occurrences) break;
    std::int64_t m = 0;
    while (m < cap && m <= i &&
           h[static_cast<std::size_t>(i - m)] ==
               h[static_cast<std::size_t>(size - 1 - m)]) {
      ++m;
    }
    std::int64_t& most = longest[h[static_cast<std::size_t>(i + 1)]];
    most = std::max(most, m);
    if (m >= enough) break;
  }
  for (Candidate& c : state.survivors) {
    const bool breaker =
        std::find(breakers.begin(), breakers.end(),
                  std::vector<TokenId>{c.id}) != breakers.end();
    if (breaker && options.value("exempt_breakers", true)) continue;
    if (!longest.contains(c.id) || longest[c.id] < least) continue;
    double exponent = static_cast<double>(longest[c.id] - allowed);
    if (base > 1) {
      exponent = std::min(exponent, std::floor(88.7228391 / L(base)));
    }
    c.logit = c.logit - multiplier * Pow(base, exponent);
  }
}

}  // namespace oracle

#endif  // SAMPLER_TESTS_ORACLE_STAGES_REPETITION_H_
