// top_h: as many of the likeliest as a share alpha of the entropy allows, among
// the first `pool`.
//
//   partial       running sum of -q ln q <= alpha * (the whole sum)
//   raw           the same with p of all survivors in place of q
//   renormalized  entropy of the kept among themselves <= alpha * H(p)
//
// A bound is met up to 2^-40 of itself. The walk ends at a weight of 0.
// Source: arXiv 2509.02510.
#ifndef SAMPLER_TESTS_ORACLE_STAGES_TOP_H_H_
#define SAMPLER_TESTS_ORACLE_STAGES_TOP_H_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/oracle/house.h"
#include "tests/oracle/mass.h"
#include "tests/oracle/moments.h"
#include "tests/oracle/state.h"

namespace oracle {

// The entropy of the first n candidates by themselves, summed by rank.
inline double EntropyOfFirst(const std::vector<Candidate>& list,
                             std::size_t n) {
  Mass mass = 0;
  double moment = 0;
  for (std::size_t i = 0; i < n; ++i) {
    mass += list[i].weight;
    moment += static_cast<double>(list[i].weight) *
              (list[i].logit - list.front().logit);
  }
  return LogTotal(mass) - moment / ToDouble(mass);
}

// Sum of -p ln p over the first n, p = w / total.
inline double SumOfTerms(const std::vector<Candidate>& list, std::size_t n,
                         Mass total) {
  double sum = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const double p = static_cast<double>(list[i].weight) / ToDouble(total);
    sum += -p * L(p);
  }
  return sum;
}

inline void TopH(State& state, const nlohmann::json& options, const Context&) {
  BeginTruncation(state);
  const std::vector<Candidate>& list = state.survivors;
  const auto alpha = options.at("alpha").get<double>();
  const std::string variant = options.value("variant", "partial");
  std::size_t pool = 100;
  if (options.contains("pool")) {
    pool = options["pool"].is_null() ? list.size()
                                     : options["pool"].get<std::size_t>();
  }
  pool = std::min(pool, list.size());
  std::size_t weighted = 0;
  Mass total = 0;
  for (; weighted < pool && list[weighted].weight > 0; ++weighted) {
    total += list[weighted].weight;
  }
  if (variant == "raw") total = state.total;
  const double tiny = std::ldexp(1.0, -40);
  std::size_t kept = 1;
  if (variant == "renormalized") {
    const double bound = alpha * Entropy(list, state.total) * (1 + tiny);
    while (kept < weighted && EntropyOfFirst(list, kept + 1) <= bound) ++kept;
  } else {
    const double bound = alpha * SumOfTerms(list, weighted, total) * (1 + tiny);
    // One pass, as the sums of prefixes are those of a running sum.
    double running = SumOfTerms(list, 1, total);
    while (running <= bound && kept < weighted) {
      running += SumOfTerms({list[kept]}, 1, total);
      if (running <= bound) ++kept;
    }
  }
  kept = std::max(kept, options.value("min_keep", std::size_t{1}));
  state.survivors.resize(std::min(kept, pool));
}

}  // namespace oracle

#endif  // SAMPLER_TESTS_ORACLE_STAGES_TOP_H_H_
