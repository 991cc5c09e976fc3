// Shared by the truncations: how a prefix of a ranking is measured and kept.
#ifndef SAMPLER_TESTS_ORACLE_STAGES_KEEP_H_
#define SAMPLER_TESTS_ORACLE_STAGES_KEEP_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <vector>

#include "tests/oracle/mass.h"
#include "tests/oracle/state.h"

namespace oracle {

// How many candidates, of these masses in ranking order, stand for the fraction
// p of `total`; always at least one.
//
//   equality stop      i stays while the mass before it <  target(p)
//   equality continue  i stays while the mass before it <= floor(p)
//   crossing exclude   i stays while the mass up to and with it <= floor(p)
inline std::size_t PrefixOfMass(const std::vector<std::uint64_t>& masses,
                                Mass total, double p,
                                const nlohmann::json& options) {
  const bool exclude = options.value("crossing", "include") == "exclude";
  const bool go_on = options.value("equality", "stop") == "continue";
  const Mass target = Target(p, total);
  const Mass floor = Floor(p, total);
  Mass before = 0;
  std::size_t kept = 0;
  for (std::uint64_t mass : masses) {
    const bool stays = exclude ? before + mass <= floor
                       : go_on ? before <= floor
                               : before < target;
    if (kept > 0 && !stays) break;
    ++kept;
    before += mass;
  }
  return kept;
}

// Keeps the first `kept` of `ranking`, or min_keep if that is more, and with
// ties "keep_all" every further candidate whose key equals that of the last.
template <typename Key>
void KeepPrefix(State& state, const std::vector<Candidate>& ranking,
                std::size_t kept, const nlohmann::json& options, Key key) {
  kept = std::max(kept, options.value("min_keep", std::size_t{1}));
  kept = std::min(kept, ranking.size());
  if (options.value("ties", "exact") == "keep_all") {
    while (kept < ranking.size() &&
           key(ranking[kept]) == key(ranking[kept - 1])) {
      ++kept;
    }
  }
  state.survivors.assign(ranking.begin(),
                         ranking.begin() + static_cast<std::ptrdiff_t>(kept));
}

inline double LogitOf(const Candidate& c) { return c.logit; }

}  // namespace oracle

#endif  // SAMPLER_TESTS_ORACLE_STAGES_KEEP_H_
