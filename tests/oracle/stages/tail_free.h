// tail_free: the ranks before the running sum of second differences of p
// exceeds the share z of their total.
//
// In weights, which are integers: D_i = |w_i - 2 w_(i+1) + w_(i+2)|, i = 0 ..
// N-3. If sum D <= 1e-6 S every D counts as 1.
// Source: trentbrick 2020, koboldcpp.
#ifndef SAMPLER_TESTS_ORACLE_STAGES_TAIL_FREE_H_
#define SAMPLER_TESTS_ORACLE_STAGES_TAIL_FREE_H_

#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <vector>

#include "tests/oracle/mass.h"
#include "tests/oracle/state.h"

namespace oracle {

inline void TailFree(State& state, const nlohmann::json& options,
                     const Context&) {
  const auto z = options.at("z").get<double>();
  const std::vector<Candidate>& list = state.survivors;
  if (z == 1 || list.size() <= 2) return;
  BeginTruncation(state);
  std::vector<std::uint64_t> differences;
  Mass sum = 0;
  for (std::size_t i = 0; i + 2 < list.size(); ++i) {
    const auto d = static_cast<std::int64_t>(list[i].weight) -
                   2 * static_cast<std::int64_t>(list[i + 1].weight) +
                   static_cast<std::int64_t>(list[i + 2].weight);
    differences.push_back(static_cast<std::uint64_t>(d < 0 ? -d : d));
    sum += differences.back();
  }
  if (sum <= Floor(1e-6, state.total)) {
    differences.assign(differences.size(), 1);
    sum = differences.size();
  }
  const auto min_keep = options.value("min_keep", std::size_t{1});
  const auto offset = options.value("offset", std::size_t{0});
  Mass running = 0;
  for (std::size_t i = 0; i < differences.size(); ++i) {
    running += differences[i];
    if (running > Floor(z, sum) && i + offset >= min_keep) {
      state.survivors.resize(i + offset);
      return;
    }
  }
}

}  // namespace oracle

#endif  // SAMPLER_TESTS_ORACLE_STAGES_TAIL_FREE_H_
