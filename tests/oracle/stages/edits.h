// logit_bias, suppress_tokens, allow_tokens: edits by a list of ids.
//
//   logit_bias       l[id] += b, or a ban where b is false
//   suppress_tokens  the listed ids are removed ("begin": only while there is
//                    no output token yet)
//   allow_tokens     every other id is removed
#ifndef SAMPLER_TESTS_ORACLE_STAGES_EDITS_H_
#define SAMPLER_TESTS_ORACLE_STAGES_EDITS_H_

#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "tests/oracle/state.h"

namespace oracle {

inline std::set<TokenId> Ids(const nlohmann::json& options) {
  if (!options.contains("ids")) return {};
  return options["ids"].get<std::set<TokenId>>();
}

inline void LogitBias(State& state, const nlohmann::json& options,
                      const Context&) {
  if (!options.contains("bias")) return;
  const nlohmann::json& bias = options["bias"];
  std::set<TokenId> banned;
  for (Candidate& c : state.survivors) {
    const auto entry = bias.find(std::to_string(c.id));
    if (entry == bias.end()) continue;
    if (entry->is_boolean()) {
      banned.insert(c.id);
    } else {
      c.logit += entry->get<double>();
    }
  }
  std::erase_if(state.survivors,
                [&](const Candidate& c) { return banned.contains(c.id); });
}

// Is the token among "ids" or "ranges", or at "from_id" or above?
inline bool IsNamed(TokenId id, const nlohmann::json& options) {
  if (options.contains("from_id") && id >= options["from_id"]) return true;
  for (const nlohmann::json& range :
       options.value("ranges", nlohmann::json::array())) {
    if (range[0] <= id && id <= range[1]) return true;
  }
  return Ids(options).contains(id);
}

inline void SuppressTokens(State& state, const nlohmann::json& options,
                           const Context& context) {
  const bool begin = options.value("when", "always") == "begin";
  if (begin && !context.output.empty()) return;
  std::erase_if(state.survivors,
                [&](const Candidate& c) { return IsNamed(c.id, options); });
}

inline void AllowTokens(State& state, const nlohmann::json& options,
                        const Context&) {
  std::erase_if(state.survivors,
                [&](const Candidate& c) { return !IsNamed(c.id, options); });
}

}  // namespace oracle

#endif  // SAMPLER_TESTS_ORACLE_STAGES_EDITS_H_
