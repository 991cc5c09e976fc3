// temperature: l * (1 / T), constant or by a schedule.
//
// T = 1 touches nothing; T = 0 keeps only the head of the total order. With a
// schedule, f = clamp((t - start) / steps, 0, 1) of the clock t and
//
//   linear       T0 + f * (T1 - T0)
//   exponential  T0 * (T1 / T0)^f
//   cosine       T1 + (T0 - T1) * (1 + cos(pi * f)) / 2
//
// where f = 0 gives T0 and f = 1 gives T1 literally.
#ifndef SAMPLER_TESTS_ORACLE_STAGES_TEMPERATURE_H_
#define SAMPLER_TESTS_ORACLE_STAGES_TEMPERATURE_H_

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/oracle/house.h"
#include "tests/oracle/phases.h"
#include "tests/oracle/state.h"

namespace oracle {

inline double Scheduled(const nlohmann::json& schedule,
                        const Context& context) {
  const double from = schedule.at("from").get<double>();
  const double to = schedule.at("to").get<double>();
  const auto steps = schedule.at("steps").get<std::int64_t>();
  const auto start = schedule.value("start", std::int64_t{0});
  const std::string shape = schedule.value("shape", "linear");
  const std::string of = schedule.value("clock", "position");
  const std::int64_t clock = of == "step"    ? context.step
                             : of == "phase" ? StretchSize(context)
                                             : std::int64_t{context.Position()};
  if (clock <= start) return from;
  if (clock - start >= steps) return to;
  const double f =
      static_cast<double>(clock - start) / static_cast<double>(steps);
  if (shape == "exponential") return from * Pow(to / from, f);
  if (shape == "cosine") return to + (from - to) * (1 + CosPi(f)) / 2;
  return from + f * (to - from);
}

inline double TemperatureNow(const nlohmann::json& options,
                             const Context& context) {
  if (options.contains("schedule") && !options["schedule"].is_null()) {
    return Scheduled(options["schedule"], context);
  }
  return options.at("temperature").get<double>();
}

inline void Temperature(State& state, const nlohmann::json& options,
                        const Context& context) {
  const double temperature = TemperatureNow(options, context);
  if (temperature == 1) return;
  if (temperature == 0) {
    BeginTruncation(state);
    state.survivors.resize(1);
    return;
  }
  const double scale = 1 / temperature;
  for (Candidate& c : state.survivors) c.logit = c.logit * scale;
}

}  // namespace oracle

#endif  // SAMPLER_TESTS_ORACLE_STAGES_TEMPERATURE_H_
