// arithmetic: the survivor at floor(u * S), by id or by rank, and its part of
// [0, 1) in masses.
#ifndef SAMPLER_TESTS_ORACLE_STAGES_ARITHMETIC_H_
#define SAMPLER_TESTS_ORACLE_STAGES_ARITHMETIC_H_

#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

#include "tests/oracle/mass.h"
#include "tests/oracle/state.h"

namespace oracle {

inline void Arithmetic(State& state, const nlohmann::json& options,
                       const Context& context) {
  if (!context.uniform) {
    state.status = Status::kMissingInput;
    return;
  }
  const double u = *context.uniform;
  if (!(u >= 0 && u < 1)) {
    state.status = Status::kWrongInput;
    return;
  }
  std::vector<Candidate> walk = state.survivors;
  if (options.value("order", "id") == "id") {
    std::sort(
        walk.begin(), walk.end(),
        [](const Candidate& a, const Candidate& b) { return a.id < b.id; });
  }
  Mass low = 0;
  for (const Candidate& c : walk) {
    if (low + c.weight > Floor(u, state.total)) {
      state.token = c.id;
      state.interval = {low, low + c.weight};
      return;
    }
    low += c.weight;
  }
}

}  // namespace oracle

#endif  // SAMPLER_TESTS_ORACLE_STAGES_ARITHMETIC_H_
