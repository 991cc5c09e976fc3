// mirostat and adaptive_p: the stages that remember. What they remember is
// given to the oracle beside their parameters ("mu"; "ws", "tw"), absent at the
// start of a sequence, and moved by the functions here.
//
// Sources: arXiv 2007.14966, llama.cpp.
#ifndef SAMPLER_TESTS_ORACLE_STAGES_MEMORY_H_
#define SAMPLER_TESTS_ORACLE_STAGES_MEMORY_H_

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <vector>

#include "tests/oracle/house.h"
#include "tests/oracle/mass.h"
#include "tests/oracle/state.h"

namespace oracle {

// How many candidates version 1 of mirostat keeps.
inline std::size_t MirostatCount(const std::vector<Candidate>& list,
                                 std::size_t m, double mu, double vocabulary) {
  if (list.size() == 1) return 1;
  double tb = 0, tt = 0;
  for (std::size_t i = 0; i < std::min(m, list.size()) - 1; ++i) {
    const auto rank = static_cast<double>(i);
    const double t = L((rank + 2) / (rank + 1));
    tb += t * (list[i].logit - list[i + 1].logit);
    tt += t * t;
  }
  const double s = tb / tt;
  const double e = s - 1;
  double base = e * Exp2(mu) / (1 - Pow(vocabulary, -e));
  if (std::abs(e) < std::ldexp(1.0, -26)) base = Exp2(mu) / L(vocabulary);
  const double k = Pow(base, 1 / s);
  if (k >= static_cast<double>(list.size())) return list.size();
  return k >= 1 ? static_cast<std::size_t>(k) : 1;  // NaN: 1
}

inline void Mirostat(State& state, const nlohmann::json& options,
                     const Context&) {
  BeginTruncation(state);
  const double tau = options.value("tau", 5.0);
  const double mu = options.value("mu", 2 * tau);
  std::vector<Candidate>& list = state.survivors;
  std::size_t kept = 0;
  if (options.value("version", 2) == 1) {
    kept = MirostatCount(list, options.value("m", std::size_t{100}), mu,
                         static_cast<double>(state.vocabulary_size));
  } else {
    const double least = Exp2(-mu);
    while (kept < list.size() && list[kept].weight > 0 && least <= 1 &&
           list[kept].weight >= Target(least, state.total)) {
      ++kept;
    }
  }
  list.resize(std::max<std::size_t>(kept, 1));
}

// mu after a token of probability p, among the kept or before the cut.
inline double MirostatMoved(const nlohmann::json& options, double mu,
                            double p) {
  const double surprise = -Log2(p);
  return mu -
         options.value("eta", 0.1) * (surprise - options.value("tau", 5.0));
}

inline void AdaptiveP(State& state, const nlohmann::json& options,
                      const Context&) {
  if (!options.contains("target") || options["target"].is_null()) return;
  const auto target = options["target"].get<double>();
  const double decay = options.value("decay", 0.9);
  const double ws = options.value("ws", target / (1 - decay));
  const double tw = options.value("tw", 1 / (1 - decay));
  const double a = std::min(std::max(2 * target - ws / tw, 0.0), 1.0);
  for (Candidate& c : state.survivors) {
    const double p = static_cast<double>(c.weight) / ToDouble(state.total);
    const double d = std::abs(p - a) / 0.3;
    c.logit = 5 - 10 * (d * d) / (1 + d);
  }
}

}  // namespace oracle

#endif  // SAMPLER_TESTS_ORACLE_STAGES_MEMORY_H_
