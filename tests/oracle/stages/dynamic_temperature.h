// dynamic_temperature: temperature(T) with
//
//   T = low + (high - low) * clamp(H / L(n), 0, 1)^exponent
//
// n counts the candidates, or with count "all" the vocabulary; 0^0 = 1. A
// single candidate is left alone.
//
// Tested by: tests/oracle/oracle_threshold_test.cc.
#ifndef SAMPLER_TESTS_ORACLE_STAGES_DYNAMIC_TEMPERATURE_H_
#define SAMPLER_TESTS_ORACLE_STAGES_DYNAMIC_TEMPERATURE_H_

#include <nlohmann/json.hpp>

#include "tests/oracle/house.h"
#include "tests/oracle/moments.h"
#include "tests/oracle/stages/temperature.h"
#include "tests/oracle/state.h"

namespace oracle {

inline void DynamicTemperature(State& state, const nlohmann::json& options,
                               const Context& context) {
  if (state.survivors.size() == 1) return;
  const double low = options.at("low").get<double>();
  const double high = options.at("high").get<double>();
  const double exponent = options.value("exponent", 1.0);
  const bool all = options.value("count", "finite") == "all";
  const auto n =
      static_cast<double>(all ? state.vocabulary_size : state.survivors.size());
  double r = Entropy(state.survivors, state.total) / L(n);
  if (r < 0) r = 0;
  if (r > 1) r = 1;
  const double raised = exponent == 0 ? 1 : r == 0 ? 0 : Pow(r, exponent);
  const double t = low + (high - low) * raised;
  Temperature(state, {{"temperature", t}}, context);
}

}  // namespace oracle

#endif  // SAMPLER_TESTS_ORACLE_STAGES_DYNAMIC_TEMPERATURE_H_
