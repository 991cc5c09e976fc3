// repetition_penalty, encoder_repetition_penalty, frequency_penalty,
// presence_penalty.
//
//   repetition  l > 0 ? l / r : l * r, once per distinct token of the scope.
//               normalize: first l - M - L(S * 2^-51) for every candidate (its
//               logprob, never positive), then l * r for the seen ones
//   encoder     l > 0 ? l * r : l / r, once per distinct token of the prompt
//   frequency   l - f * count
//   presence    l - f, if count > 0
#ifndef SAMPLER_TESTS_ORACLE_STAGES_PENALTIES_H_
#define SAMPLER_TESTS_ORACLE_STAGES_PENALTIES_H_

#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/oracle/history.h"
#include "tests/oracle/moments.h"
#include "tests/oracle/state.h"

namespace oracle {

// Counts, without the tokens of "exempt".
inline std::map<TokenId, int> Punished(const nlohmann::json& options,
                                       const Context& context,
                                       const std::string& default_scope) {
  std::map<TokenId, int> counts = Counts(options, context, default_scope);
  for (const nlohmann::json& id :
       options.value("exempt", nlohmann::json::array())) {
    counts.erase(id.get<TokenId>());
  }
  return counts;
}

inline void RepetitionPenalty(State& state, const nlohmann::json& options,
                              const Context& context) {
  const double penalty = options.at("penalty").get<double>();
  if (penalty == 1) return;
  const bool normalize = options.value("normalize", false);
  const std::map<TokenId, int> counts = Punished(options, context, "both");
  const double max = Max(state.survivors);
  const double log_total = LogTotal(state.total);
  for (Candidate& c : state.survivors) {
    if (normalize) c.logit = (c.logit - max) - log_total;
    if (!counts.contains(c.id)) continue;
    c.logit = c.logit > 0 && !normalize ? c.logit / penalty : c.logit * penalty;
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
  const std::map<TokenId, int> counts = Punished(options, context, "output");
  for (Candidate& c : state.survivors) {
    if (counts.contains(c.id)) c.logit = c.logit - penalty * counts.at(c.id);
  }
}

inline void PresencePenalty(State& state, const nlohmann::json& options,
                            const Context& context) {
  const double penalty = options.at("penalty").get<double>();
  if (penalty == 0) return;
  const std::map<TokenId, int> counts = Punished(options, context, "output");
  for (Candidate& c : state.survivors) {
    if (counts.contains(c.id)) c.logit = c.logit - penalty;
  }
}

}  // namespace oracle

#endif  // SAMPLER_TESTS_ORACLE_STAGES_PENALTIES_H_
