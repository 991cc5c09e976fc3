// min_tokens, forced_tokens, exponential_decay_length, end_ramp: edits by the
// number t of output tokens so far.
//
//   min_tokens     stop_ids are removed while t (with "total": and the prompt's
//                  length) is below n
//   forced_tokens  at a listed t all but the listed ids are removed; "zero":
//                  their logits become 0
//   exponential_decay_length
//                  l + |l| * (factor^(t - start) - 1) for eos_ids once t >
//                  start; 0 stays 0
#ifndef SAMPLER_TESTS_ORACLE_STAGES_LENGTH_H_
#define SAMPLER_TESTS_ORACLE_STAGES_LENGTH_H_

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "tests/oracle/house.h"
#include "tests/oracle/state.h"

namespace oracle {

inline void MinTokens(State& state, const nlohmann::json& options,
                      const Context& context) {
  std::int64_t count = context.Position();
  if (options.value("count", "output") == "total") {
    count += static_cast<std::int64_t>(context.prompt.size());
  }
  if (count >= options.at("n").get<std::int64_t>()) return;
  const auto ids = options.at("stop_ids").get<std::set<TokenId>>();
  const bool other =
      std::any_of(state.survivors.begin(), state.survivors.end(),
                  [&](const Candidate& c) { return !ids.contains(c.id); });
  if (options.value("yield", false) && !other) return;
  std::erase_if(state.survivors,
                [&](const Candidate& c) { return ids.contains(c.id); });
}

inline void ForcedTokens(State& state, const nlohmann::json& options,
                         const Context& context) {
  if (!options.contains("at")) return;
  for (const auto& entry : options["at"]) {
    if (entry[0].get<std::int64_t>() != context.Position()) continue;
    std::set<TokenId> ids;
    if (entry[1].is_array()) {
      ids = entry[1].get<std::set<TokenId>>();
    } else {
      ids.insert(entry[1].get<TokenId>());
    }
    std::erase_if(state.survivors,
                  [&](const Candidate& c) { return !ids.contains(c.id); });
    if (options.value("value", "keep") != "zero") continue;
    for (Candidate& c : state.survivors) c.logit = 0;
  }
}

// l + bias * (length - r) / length for eos_ids, once r = limit - t (at least 0)
// is below `length`.
inline void EndRamp(State& state, const nlohmann::json& options,
                    const Context& context) {
  const auto length = options.at("length").get<std::int64_t>();
  const auto bias = options.at("bias").get<double>();
  const std::int64_t left = std::max<std::int64_t>(
      0, options.at("limit").get<std::int64_t>() - context.Position());
  if (left >= length || bias == 0) return;
  const auto ids = options.at("eos_ids").get<std::set<TokenId>>();
  for (Candidate& c : state.survivors) {
    if (!ids.contains(c.id)) continue;
    c.logit += bias * (static_cast<double>(length - left) /
                       static_cast<double>(length));
  }
}

inline void ExponentialDecayLength(State& state, const nlohmann::json& options,
                                   const Context& context) {
  const auto factor = options.at("factor").get<double>();
  const auto start = options.at("start").get<std::int64_t>();
  const std::int64_t t = context.Position();
  if (factor == 1 || t <= start) return;
  const auto ids = options.at("eos_ids").get<std::set<TokenId>>();
  const double power = Pow(factor, static_cast<double>(t - start));
  for (Candidate& c : state.survivors) {
    if (!ids.contains(c.id) || c.logit == 0) continue;
    c.logit = c.logit + std::abs(c.logit) * (power - 1);
  }
}

}  // namespace oracle

#endif  // SAMPLER_TESTS_ORACLE_STAGES_LENGTH_H_
