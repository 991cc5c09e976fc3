// repetition_penalty, encoder_repetition_penalty, frequency_penalty,
// presence_penalty.
//
//   repetition  l > 0 ? l / r : l * r, once per distinct token of the scope.
//               normalize: first l - M - L(S * 2^-51) for every candidate (its
//               logprob, never positive), then l * r for the seen ones
//   encoder     l > 0 ? l * r : l / r, once per distinct token of the prompt
//   frequency   l - f * count
//   presence    l - f * share, if count > 0
//
// decay D > 0: the place d back (1: the last one) of the scope counts D units
// up to the window W, D - (d - W) beyond it, at least 0; a token without a unit
// was not seen; share = most units / D, count = sum of units / D. Repetition,
// share s < 1: l * (1 - s) + l' * s, or r = 1 + (r - 1) * s (fade "penalty").
#ifndef SAMPLER_TESTS_ORACLE_STAGES_PENALTIES_H_
#define SAMPLER_TESTS_ORACLE_STAGES_PENALTIES_H_

#include <algorithm>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/oracle/history.h"
#include "tests/oracle/moments.h"
#include "tests/oracle/state.h"

namespace oracle {

struct Memory {
  double share = 1;
  double count = 0;
};

inline std::map<TokenId, Memory> Faded(nlohmann::json options,
                                       const Context& context,
                                       const std::string& default_scope,
                                       std::int64_t decay) {
  const auto window = options.at("window").get<std::int64_t>();
  options.erase("window");
  const std::vector<TokenId> text = Tokens(options, context, default_scope);
  std::map<TokenId, std::int64_t> most;
  std::map<TokenId, std::int64_t> sums;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto d = static_cast<std::int64_t>(text.size() - i);
    const std::int64_t units =
        d <= window ? decay : std::max<std::int64_t>(0, decay - (d - window));
    if (units == 0) continue;
    most[text[i]] = std::max(most[text[i]], units);
    sums[text[i]] += units;
  }
  std::map<TokenId, Memory> memory;
  for (const auto& [id, units] : most) {
    memory[id] = {
        static_cast<double>(units) / static_cast<double>(decay),
        static_cast<double>(sums.at(id)) / static_cast<double>(decay)};
  }
  return memory;
}

// What is remembered, without the tokens of "exempt".
inline std::map<TokenId, Memory> Punished(const nlohmann::json& options,
                                          const Context& context,
                                          const std::string& default_scope) {
  std::map<TokenId, Memory> memory;
  const std::int64_t decay = options.value("decay", std::int64_t{0});
  if (decay > 0) {
    memory = Faded(options, context, default_scope, decay);
  } else {
    for (const auto& [id, n] : Counts(options, context, default_scope)) {
      memory[id] = {1, static_cast<double>(n)};
    }
  }
  for (const nlohmann::json& id :
       options.value("exempt", nlohmann::json::array())) {
    memory.erase(id.get<TokenId>());
  }
  return memory;
}

inline double Repeated(double logit, double penalty) {
  return logit > 0 ? logit / penalty : logit * penalty;
}

inline void RepetitionPenalty(State& state, const nlohmann::json& options,
                              const Context& context) {
  const double penalty = options.at("penalty").get<double>();
  if (penalty == 1) return;
  const bool normalize = options.value("normalize", false);
  const bool by_penalty = options.value("fade", "logit") == "penalty";
  const std::map<TokenId, Memory> seen = Punished(options, context, "both");
  const double max = Max(state.survivors);
  const double log_total = LogTotal(state.total);
  for (Candidate& c : state.survivors) {
    if (normalize) c.logit = (c.logit - max) - log_total;
    if (!seen.contains(c.id)) continue;
    const double s = seen.at(c.id).share;
    if (s == 1) {
      c.logit = Repeated(c.logit, penalty);
    } else if (by_penalty) {
      c.logit = Repeated(c.logit, 1 + (penalty - 1) * s);
    } else {
      c.logit = c.logit * (1 - s) + Repeated(c.logit, penalty) * s;
    }
  }
}

inline void EncoderRepetitionPenalty(State& state,
                                     const nlohmann::json& options,
                                     const Context& context) {
  const double penalty = options.at("penalty").get<double>();
  if (penalty == 1) return;
  const std::map<TokenId, int> counts =
      Counts({{"scope", "prompt"}}, context, "prompt");
  for (Candidate& c : state.survivors) {
    if (!counts.contains(c.id)) continue;
    c.logit = c.logit > 0 ? c.logit * penalty : c.logit / penalty;
  }
}

inline void FrequencyPenalty(State& state, const nlohmann::json& options,
                             const Context& context) {
  const double penalty = options.at("penalty").get<double>();
  if (penalty == 0) return;
  const std::map<TokenId, Memory> seen = Punished(options, context, "output");
  for (Candidate& c : state.survivors) {
    if (seen.contains(c.id)) c.logit = c.logit - penalty * seen.at(c.id).count;
  }
}

inline void PresencePenalty(State& state, const nlohmann::json& options,
                            const Context& context) {
  const double penalty = options.at("penalty").get<double>();
  if (penalty == 0) return;
  const std::map<TokenId, Memory> seen = Punished(options, context, "output");
  for (Candidate& c : state.survivors) {
    if (seen.contains(c.id)) c.logit = c.logit - penalty * seen.at(c.id).share;
  }
}

}  // namespace oracle

#endif  // SAMPLER_TESTS_ORACLE_STAGES_PENALTIES_H_
