// top_p: the smallest prefix of the total order whose mass reaches p.
//
// Options: tie_order "high_id" ranks equal logits by falling id; mass
// "original" measures each survivor, and the whole, by the weights that stood
// before the pipeline's first truncation. p = 1 does nothing.
#ifndef SAMPLER_TESTS_ORACLE_STAGES_TOP_P_H_
#define SAMPLER_TESTS_ORACLE_STAGES_TOP_P_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <vector>

#include "tests/oracle/stages/keep.h"
#include "tests/oracle/state.h"

namespace oracle {

// p, or with "decay" what is left of it after the output since "reset_id".
inline double NucleusShare(const nlohmann::json& options,
                           const Context& context) {
  const double first = options.at("p").get<double>();
  const double decay = options.value("decay", 1.0);
  double p = first;
  for (const TokenId id : context.output) {
    p = p * decay;
    if (decay != 1 && p < options.value("least", 0.0)) p = options["least"];
    if (options.contains("reset_id") && id == options["reset_id"]) p = first;
  }
  return p;
}

inline void TopP(State& state, const nlohmann::json& options,
                 const Context& context) {
  const double p = NucleusShare(options, context);
  if (p == 1) return;
  BeginTruncation(state);
  std::vector<Candidate> ranking = state.survivors;
  if (options.value("tie_order", "low_id") == "high_id") {
    std::sort(ranking.begin(), ranking.end(),
              [](const Candidate& a, const Candidate& b) {
                return a.logit != b.logit ? a.logit > b.logit : a.id > b.id;
              });
  }
  const bool original = options.value("mass", "surviving") == "original";
  std::vector<std::uint64_t> masses;
  for (const Candidate& c : ranking) {
    const auto id = static_cast<std::size_t>(c.id);
    masses.push_back(original ? state.original->weights.at(id) : c.weight);
  }
  const Mass total = original ? state.original->total : state.total;
  KeepPrefix(state, ranking, PrefixOfMass(masses, total, p, options), options,
             LogitOf);
}

}  // namespace oracle

#endif  // SAMPLER_TESTS_ORACLE_STAGES_TOP_P_H_
