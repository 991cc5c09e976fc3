// min_p: the candidates at least p times as likely as the likeliest one,
//
//   l >= M + L(p),   compared on logits; p = 0 is neutral.
#ifndef SAMPLER_TESTS_ORACLE_STAGES_MIN_P_H_
#define SAMPLER_TESTS_ORACLE_STAGES_MIN_P_H_

#include <cstddef>
#include <nlohmann/json.hpp>
#include <vector>

#include "tests/oracle/house.h"
#include "tests/oracle/moments.h"
#include "tests/oracle/stages/keep.h"
#include "tests/oracle/state.h"

namespace oracle {

inline void MinP(State& state, const nlohmann::json& options, const Context&) {
  const double p = options.at("p").get<double>();
  if (p == 0) return;
  BeginTruncation(state);
  const std::vector<Candidate> ranking = state.survivors;
  const double threshold = Max(ranking) + L(p);
  std::size_t kept = 0;
  for (const Candidate& c : ranking) kept += c.logit >= threshold ? 1 : 0;
  KeepPrefix(state, ranking, kept, options, LogitOf);
}

}  // namespace oracle

#endif  // SAMPLER_TESTS_ORACLE_STAGES_MIN_P_H_
