// ees: the ranks before the first i >= 2 whose likeliest i have an entropy
// below the share P_i of its maximum ln i; all of weight > 0 if there is none.
//
// Source: arXiv 2512.00789.
#ifndef SAMPLER_TESTS_ORACLE_STAGES_EES_H_
#define SAMPLER_TESTS_ORACLE_STAGES_EES_H_

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <vector>

#include "tests/oracle/house.h"
#include "tests/oracle/mass.h"
#include "tests/oracle/moments.h"
#include "tests/oracle/state.h"

namespace oracle {

inline void Ees(State& state, const nlohmann::json& options, const Context&) {
  BeginTruncation(state);
  const std::vector<Candidate>& list = state.survivors;
  std::size_t kept = 1;
  Mass mass = list[0].weight;
  double moment = static_cast<double>(list[0].weight) *
                  L(std::ldexp(static_cast<double>(list[0].weight), -51));
  for (std::size_t i = 1; i < list.size() && list[i].weight > 0; ++i) {
    const auto weight = static_cast<double>(list[i].weight);
    mass += list[i].weight;
    moment += weight * L(std::ldexp(weight, -51));
    const double entropy = LogTotal(mass) - moment / ToDouble(mass);
    const double certainty = ToDouble(mass) / ToDouble(state.total);
    if (entropy < certainty * L(static_cast<double>(i + 1))) break;
    kept = i + 1;
  }
  kept = std::max(kept, options.value("min_keep", std::size_t{1}));
  state.survivors.resize(std::min(kept, list.size()));
}

}  // namespace oracle

#endif  // SAMPLER_TESTS_ORACLE_STAGES_EES_H_
