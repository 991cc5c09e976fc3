// diff_sampling: the ranks up to the largest drop w_i - w_(i+1) of the sorted
// weights, the first of several; drops count from the place where the running
// mass reaches lower_mass, and where the next weight is at most min_p of the
// largest. logit_threshold: l >= threshold.
//
// Source: arXiv 2502.14037.
#ifndef SAMPLER_TESTS_ORACLE_STAGES_DIFF_SAMPLING_H_
#define SAMPLER_TESTS_ORACLE_STAGES_DIFF_SAMPLING_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <vector>

#include "tests/oracle/mass.h"
#include "tests/oracle/state.h"

namespace oracle {

inline void KeepFirst(State& state, std::size_t count,
                      const nlohmann::json& options) {
  count = std::max(count, options.value("min_keep", std::size_t{1}));
  state.survivors.resize(std::min(count, state.survivors.size()));
}

inline void DiffSampling(State& state, const nlohmann::json& options,
                         const Context&) {
  const std::vector<Candidate>& list = state.survivors;
  if (list.size() == 1) return;
  BeginTruncation(state);
  const double lower = options.value("lower_mass", 0.0);
  const double min_p = options.value("min_p", 0.0);
  std::size_t kept = list.size();
  std::int64_t best = -1;
  Mass running = 0;
  for (std::size_t i = 0; i < list.size(); ++i) {
    running += list[i].weight;
    const std::uint64_t next = i + 1 < list.size() ? list[i + 1].weight : 0;
    if (running < Target(lower, state.total)) continue;
    if (min_p > 0 && Mass{next} > Floor(min_p, Mass{1} << 51)) continue;
    const std::int64_t drop =
        std::max<std::int64_t>(0, static_cast<std::int64_t>(list[i].weight) -
                                      static_cast<std::int64_t>(next));
    if (drop > best) {
      best = drop;
      kept = i + 1;
    }
  }
  KeepFirst(state, kept, options);
}

inline void LogitThreshold(State& state, const nlohmann::json& options,
                           const Context&) {
  BeginTruncation(state);
  const auto kept = std::count_if(
      state.survivors.begin(), state.survivors.end(), [&](const Candidate& c) {
        return c.logit >= options.at("threshold").get<double>();
      });
  KeepFirst(state, static_cast<std::size_t>(kept), options);
}

}  // namespace oracle

#endif  // SAMPLER_TESTS_ORACLE_STAGES_DIFF_SAMPLING_H_
