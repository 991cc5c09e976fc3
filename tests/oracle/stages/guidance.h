// guidance: l' = g + scale * (l - g), g the second row.
//
//   normalize    l and g are first replaced by l - M - L(S * 2^-51), l over the
//                survivors, g over its whole row
//   g = -inf     +inf if scale > 1, else a removal
#ifndef SAMPLER_TESTS_ORACLE_STAGES_GUIDANCE_H_
#define SAMPLER_TESTS_ORACLE_STAGES_GUIDANCE_H_

#include <cmath>
#include <cstddef>
#include <limits>
#include <nlohmann/json.hpp>
#include <vector>

#include "tests/oracle/house.h"
#include "tests/oracle/mass.h"
#include "tests/oracle/state.h"

namespace oracle {

inline std::vector<double> LogSoftmaxOf(std::vector<double> row) {
  double max = -HUGE_VAL;
  for (double l : row) {
    if (std::isnan(l) || (std::isinf(l) && l > 0)) {
      return std::vector<double>(row.size(), std::nan(""));
    }
    max = l > max ? l : max;
  }
  if (std::isinf(max)) return row;
  Mass total = 0;
  for (double l : row) total += Weight(l, max);
  const double log_sum = L(std::ldexp(ToDouble(total), -51));
  for (double& l : row) l = l - max - log_sum;
  return row;
}

inline void Guidance(State& state, const nlohmann::json& options,
                     const Context& context) {
  const auto scale = options.at("scale").get<double>();
  if (scale == 1) return;
  if (context.unconditional.empty()) {
    state.status = Status::kMissingInput;
    return;
  }
  std::vector<double> g = context.unconditional;
  if (options.value("normalize", true)) {
    g = LogSoftmaxOf(g);
    const double max = state.survivors.front().logit;
    const double log_sum = L(std::ldexp(ToDouble(state.total), -51));
    for (Candidate& c : state.survivors) c.logit = c.logit - max - log_sum;
  }
  for (Candidate& c : state.survivors) {
    const double other = g[static_cast<std::size_t>(c.id)];
    if (std::isinf(other) && other < 0) {
      c.logit = scale > 1 ? HUGE_VAL : -HUGE_VAL;
    } else {
      c.logit = other + scale * (c.logit - other);
    }
  }
}

}  // namespace oracle

#endif  // SAMPLER_TESTS_ORACLE_STAGES_GUIDANCE_H_
