// quadratic: with d = l - M, k = (3 - curve) / 2 and s = (curve - 1) / 2,
//
//   l = M - (k * factor) * d^2 + (s * factor) * d^3
//
// A term whose coefficient is 0 is left out; -inf drops. factor = 0 is neutral.
//
// Tested by: tests/oracle/oracle_threshold_test.cc.
#ifndef SAMPLER_TESTS_ORACLE_STAGES_QUADRATIC_H_
#define SAMPLER_TESTS_ORACLE_STAGES_QUADRATIC_H_

#include <nlohmann/json.hpp>

#include "tests/oracle/moments.h"
#include "tests/oracle/state.h"

namespace oracle {

inline void Quadratic(State& state, const nlohmann::json& options,
                      const Context&) {
  const double factor = options.at("factor").get<double>();
  if (factor == 0) return;
  const double curve = options.value("curve", 1.0);
  const double k = (3 - curve) / 2;
  const double s = (curve - 1) / 2;
  const double max = Max(state.survivors);
  for (Candidate& c : state.survivors) {
    const double d = c.logit - max;
    c.logit = max;
    if (k * factor != 0) c.logit = c.logit - k * factor * (d * d);
    if (s * factor != 0) c.logit = c.logit + s * factor * (d * d * d);
  }
}

}  // namespace oracle

#endif  // SAMPLER_TESTS_ORACLE_STAGES_QUADRATIC_H_
