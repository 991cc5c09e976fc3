// skew: the running probability C of the total order becomes C^b, b = e^skew.
//
//   l_i = L(q_i),  q_i = Pow(C_i, b) - Pow(C_(i-1), b),  Pow(1, b) = 1
//
// q <= 0 (by rounding) is a removal.
// Source: exllamav2.
#ifndef SAMPLER_TESTS_ORACLE_STAGES_SKEW_H_
#define SAMPLER_TESTS_ORACLE_STAGES_SKEW_H_

#include <limits>
#include <nlohmann/json.hpp>

#include "tests/oracle/house.h"
#include "tests/oracle/mass.h"
#include "tests/oracle/state.h"

namespace oracle {

inline void Skew(State& state, const nlohmann::json& options, const Context&) {
  const auto skew = options.at("skew").get<double>();
  if (skew == 0) return;
  const double b = E(skew);
  Mass running = 0;
  double before = 0;
  for (Candidate& c : state.survivors) {
    running += c.weight;
    const double share = ToDouble(running) / ToDouble(state.total);
    const double after = running == state.total ? 1 : Pow(share, b);
    const double q = after - before;
    c.logit = q > 0 ? L(q) : -std::numeric_limits<double>::infinity();
    before = after;
  }
}

}  // namespace oracle

#endif  // SAMPLER_TESTS_ORACLE_STAGES_SKEW_H_
