// min_k: cut at the largest gap of the sorted logits, measured per rank, but
// not before floor(tau / range).
//
//   w_i = (l_i - l_(i+1)) / ((l_1 - l_N + 1e-8) * i),  i from 1
//
// Source: arXiv 2604.11012.
#ifndef SAMPLER_TESTS_ORACLE_STAGES_MIN_K_H_
#define SAMPLER_TESTS_ORACLE_STAGES_MIN_K_H_

#include <cmath>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <vector>

#include "tests/oracle/stages/keep.h"
#include "tests/oracle/state.h"

namespace oracle {

inline void MinK(State& state, const nlohmann::json& options, const Context&) {
  const std::vector<Candidate> list = state.survivors;
  if (list.size() == 1) return;
  BeginTruncation(state);
  const double range = list.front().logit - list.back().logit + 1e-8;
  std::vector<double> steepness;
  for (std::size_t i = 1; i < list.size(); ++i) {
    steepness.push_back((list[i - 1].logit - list[i].logit) /
                        (range * static_cast<double>(i)));
  }
  std::size_t kept = 1;
  for (std::size_t i = 1; i <= steepness.size(); ++i) {
    if (steepness[i - 1] > steepness[kept - 1]) kept = i;
  }
  const double floor = std::floor(options.value("tau", 3.0) / range);
  if (floor >= static_cast<double>(list.size())) {
    kept = list.size();
  } else if (floor > static_cast<double>(kept)) {
    kept = static_cast<std::size_t>(floor);
  }
  KeepPrefix(state, list, kept, options, LogitOf);
}

}  // namespace oracle

#endif  // SAMPLER_TESTS_ORACLE_STAGES_MIN_K_H_
