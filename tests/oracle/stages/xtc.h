// xtc: of the candidates with w >= target(threshold), the choices, all but the
// last of the total order are removed, if a coin says so.
//
//   coin      U < target(probability) with S = 2^64; fire "le": U <= floor
//   protect   "skip_stage": nothing happens if one of them would be removed;
//             "exempt": they are no choices; "spare": they are choices that are
//             not removed
//   min_keep  nothing happens if fewer would remain
//   expected  no coin: with m the mass of what would be removed, those logits
//             + L(1 - P), the others + L(1 + P * m / (1 - m)); nothing if m = 1
//
// P = 0 is neutral, P = 1 certain in either mode.
//
// Tested by: tests/oracle/oracle_threshold_test.cc.
#ifndef SAMPLER_TESTS_ORACLE_STAGES_XTC_H_
#define SAMPLER_TESTS_ORACLE_STAGES_XTC_H_

#include <cstdint>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "tests/oracle/house.h"
#include "tests/oracle/mass.h"
#include "tests/oracle/philox.h"
#include "tests/oracle/state.h"

namespace oracle {

inline bool XtcFires(double probability, const std::string& fire,
                     const State& state, const Context& context) {
  if (probability == 1) return true;
  const Mass coin = RandomBits(context.seed, context.stream, context.Position(),
                               Purpose::kXtcCoin, state.ordinal, /*index=*/0);
  const Mass all = Mass{1} << 64;
  return fire == "le" ? coin <= Floor(probability, all)
                      : coin < Target(probability, all);
}

// What would be removed.
inline std::set<TokenId> TopChoicesToRemove(const State& state,
                                            const nlohmann::json& options) {
  const Mass target = Target(options.value("threshold", 0.1), state.total);
  const auto protect = options.value("protect", std::set<TokenId>());
  const std::string rule = options.value("protect_rule", "skip_stage");
  std::vector<TokenId> choices;
  for (const Candidate& c : state.survivors) {
    const bool counts = rule != "exempt" || !protect.contains(c.id);
    if (c.weight >= target && counts) choices.push_back(c.id);
  }
  if (choices.size() < 2) return {};
  std::set<TokenId> removed(choices.begin(), choices.end() - 1);
  if (rule == "spare") {
    for (const TokenId id : protect) removed.erase(id);
  }
  const auto left = static_cast<std::int64_t>(state.survivors.size()) -
                    static_cast<std::int64_t>(removed.size());
  if (left < options.value("min_keep", std::int64_t{1})) return {};
  for (TokenId id : removed) {
    if (protect.contains(id)) return {};
  }
  return removed;
}

inline void Xtc(State& state, const nlohmann::json& options,
                const Context& context) {
  const double probability = options.at("probability").get<double>();
  if (probability == 0) return;
  const bool expected = options.value("mode", "random") == "expected";
  const std::set<TokenId> removed = TopChoicesToRemove(state, options);
  if (expected && probability < 1) {
    Mass mass = 0;
    for (const Candidate& c : state.survivors) {
      if (removed.contains(c.id)) mass += c.weight;
    }
    const Mass rest = state.total - mass;
    if (removed.empty() || rest == 0) return;
    const double odds = ToDouble(mass) / ToDouble(rest);
    for (Candidate& c : state.survivors) {
      c.logit += removed.contains(c.id) ? L(1 - probability)
                                        : L(1 + probability * odds);
    }
  } else if (XtcFires(probability, options.value("fire", "lt"), state,
                      context)) {
    BeginTruncation(state);
    std::erase_if(state.survivors,
                  [&](const Candidate& c) { return removed.contains(c.id); });
  }
}

}  // namespace oracle

#endif  // SAMPLER_TESTS_ORACLE_STAGES_XTC_H_
