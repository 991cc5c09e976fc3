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

// The tokens among "ids" or "ranges", and from "from_id" on. Read once a step:
// there may be as many ids as tokens.
class NamedTokens {
 public:
  explicit NamedTokens(const nlohmann::json& options)
      : ids_(Ids(options)),
        ranges_(options.value("ranges", nlohmann::json::array())),
        from_(options.value("from_id", nlohmann::json())) {}

  bool Has(TokenId id) const {
    if (!from_.is_null() && id >= from_) return true;
    for (const nlohmann::json& range : ranges_) {
      if (range[0] <= id && id <= range[1]) return true;
    }
    return ids_.contains(id);
  }

 private:
  std::set<TokenId> ids_;
  nlohmann::json ranges_;
  nlohmann::json from_;
};

inline void SuppressTokens(State& state, const nlohmann::json& options,
                           const Context& context) {
  const bool begin = options.value("when", "always") == "begin";
  if (begin && !context.output.empty()) return;
  const NamedTokens named(options);
  std::erase_if(state.survivors,
                [&](const Candidate& c) { return named.Has(c.id); });
}

inline void AllowTokens(State& state, const nlohmann::json& options,
                        const Context&) {
  const NamedTokens named(options);
  std::erase_if(state.survivors,
                [&](const Candidate& c) { return !named.Has(c.id); });
}

}  // namespace oracle

#endif  // SAMPLER_TESTS_ORACLE_STAGES_EDITS_H_
