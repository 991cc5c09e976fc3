// bad_words, sequence_bias: edits of the token that would complete a sequence.
//
//   sequence_bias  l[x] += b, or a ban where b is false, for every entry
//                  [ids, b] with which the history followed by x ends
//   bad_words      the same, with bans alone
//   scope          "both": the history is prompt and output; "output": output
#ifndef SAMPLER_TESTS_ORACLE_STAGES_SEQUENCES_H_
#define SAMPLER_TESTS_ORACLE_STAGES_SEQUENCES_H_

#include <nlohmann/json.hpp>
#include <vector>

#include "tests/oracle/history.h"
#include "tests/oracle/state.h"

namespace oracle {

inline bool EndsWith(const std::vector<TokenId>& text,
                     const std::vector<TokenId>& end) {
  if (end.size() > text.size()) return false;
  return std::vector<TokenId>(text.end() - static_cast<int>(end.size()),
                              text.end()) == end;
}

inline void BiasSequence(State& state, const std::vector<TokenId>& history,
                         std::vector<TokenId> sequence,
                         const nlohmann::json& bias) {
  const TokenId last = sequence.back();
  sequence.pop_back();
  if (!EndsWith(history, sequence)) return;
  if (bias.is_boolean()) {
    std::erase_if(state.survivors,
                  [&](const Candidate& c) { return c.id == last; });
    return;
  }
  for (Candidate& c : state.survivors) {
    if (c.id == last) c.logit += bias.get<double>();
  }
}

inline void BadWords(State& state, const nlohmann::json& options,
                     const Context& context) {
  if (!options.contains("sequences")) return;
  const std::vector<TokenId> history = Tokens(options, context, "both");
  for (const auto& sequence : options["sequences"]) {
    BiasSequence(state, history, sequence.get<std::vector<TokenId>>(), false);
  }
}

inline void SequenceBias(State& state, const nlohmann::json& options,
                         const Context& context) {
  if (!options.contains("entries")) return;
  const std::vector<TokenId> history = Tokens(options, context, "both");
  for (const auto& entry : options["entries"]) {
    BiasSequence(state, history, entry[0].get<std::vector<TokenId>>(),
                 entry[1]);
  }
}

}  // namespace oracle

#endif  // SAMPLER_TESTS_ORACLE_STAGES_SEQUENCES_H_
