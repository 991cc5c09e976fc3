// typical_p: the mass p of the candidates whose surprise is nearest to the
// entropy, |-ln p_i - H| = |l_i - c| with c the mean logit.
//
// The ranking is by that key, then by the total order. p = 1 does nothing.
// Source: arXiv 2202.00666.
#ifndef SAMPLER_TESTS_ORACLE_STAGES_TYPICAL_P_H_
#define SAMPLER_TESTS_ORACLE_STAGES_TYPICAL_P_H_

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <vector>

#include "tests/oracle/moments.h"
#include "tests/oracle/stages/keep.h"
#include "tests/oracle/state.h"

namespace oracle {

inline void TypicalP(State& state, const nlohmann::json& options,
                     const Context&) {
  const double p = options.at("p").get<double>();
  if (p == 1) return;
  BeginTruncation(state);
  const double c = MeanLogit(state.survivors, state.total);
  const auto key = [c](const Candidate& candidate) {
    return std::abs(candidate.logit - c);
  };
  std::vector<Candidate> ranking = state.survivors;
  std::stable_sort(
      ranking.begin(), ranking.end(),
      [&](const Candidate& a, const Candidate& b) { return key(a) < key(b); });
  std::vector<std::uint64_t> masses;
  for (const Candidate& candidate : ranking) {
    masses.push_back(candidate.weight);
  }
  KeepPrefix(state, ranking, PrefixOfMass(masses, state.total, p, options),
             options, key);
}

}  // namespace oracle

#endif  // SAMPLER_TESTS_ORACLE_STAGES_TYPICAL_P_H_
