// lz_penalty: h = the last `window` tokens of the scope, of size k; n = buffer.
// k <= n: nothing. For every i in [n, k), u(i) = the longest common suffix, at
// most n, of h[0..i) and h. Of the i with h[i] = x the ones with the largest
// u(i), of these the last: d = k - i. Where d < V: l - strength * (log2 V -
// log2 d).
#ifndef SAMPLER_TESTS_ORACLE_STAGES_LZ_PENALTY_H_
#define SAMPLER_TESTS_ORACLE_STAGES_LZ_PENALTY_H_

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "tests/oracle/history.h"
#include "tests/oracle/house.h"
#include "tests/oracle/state.h"

namespace oracle {

inline void LzPenalty(State& state, const nlohmann::json& options,
                      const Context& context) {
  const auto strength = options.at("strength").get<double>();
  if (strength == 0) return;
  nlohmann::json part = options;
  part["window"] = options.value("window", std::int64_t{512});
  const std::vector<TokenId> h = Tokens(part, context, "output");
  const auto size = static_cast<std::int64_t>(h.size());
  const std::int64_t n = options.value("buffer", std::int64_t{32});
  if (size <= n) return;
  const auto at = [&](std::int64_t i) {
    return h[static_cast<std::size_t>(i)];
  };
  // By token: the longest match, and the negated distance.
  std::map<TokenId, std::pair<std::int64_t, std::int64_t>> best;
  for (std::int64_t i = n; i < size; ++i) {
    std::int64_t u = 0;
    while (u < n && at(i - 1 - u) == at(size - 1 - u)) ++u;
    const std::pair<std::int64_t, std::int64_t> place = {u, -(size - i)};
    const auto known = best.emplace(at(i), place);
    if (place > known.first->second) known.first->second = place;
  }
  const auto vocabulary = static_cast<std::int64_t>(state.vocabulary_size);
  for (Candidate& c : state.survivors) {
    if (!best.contains(c.id)) continue;
    const std::int64_t d = -best.at(c.id).second;
    if (d >= vocabulary) continue;
    const double saved =
        Log2(static_cast<double>(vocabulary)) - Log2(static_cast<double>(d));
    c.logit = c.logit - strength * saved;
  }
}

}  // namespace oracle

#endif  // SAMPLER_TESTS_ORACLE_STAGES_LZ_PENALTY_H_
