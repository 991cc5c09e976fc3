// top_k: the first k candidates of the total order; k = 0 is neutral.
#ifndef SAMPLER_TESTS_ORACLE_STAGES_TOP_K_H_
#define SAMPLER_TESTS_ORACLE_STAGES_TOP_K_H_

#include <cstddef>
#include <nlohmann/json.hpp>

#include "tests/oracle/stages/keep.h"
#include "tests/oracle/state.h"

namespace oracle {

inline void TopK(State& state, const nlohmann::json& options, const Context&) {
  const auto k = options.at("k").get<std::size_t>();
  if (k == 0) return;
  BeginTruncation(state);
  const std::vector<Candidate> ranking = state.survivors;
  KeepPrefix(state, ranking, k, options, LogitOf);
}

}  // namespace oracle

#endif  // SAMPLER_TESTS_ORACLE_STAGES_TOP_K_H_
