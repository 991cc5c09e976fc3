// Random rows and rules for tests of candidates, rich in ties, weightless tails
// and edges.

#ifndef SAMPLER_TESTS_CANDIDATES_RANDOM_ROWS_H_
#define SAMPLER_TESTS_CANDIDATES_RANDOM_ROWS_H_

#include <cmath>
#include <cstdint>
#include <iterator>
#include <limits>
#include <random>
#include <vector>

#include "sampler/candidates/candidates.h"

namespace sampler {

// A number in [0, 1], often an edge.
inline double RandomFraction(std::mt19937_64& random) {
  const double edges[] = {0.0,   std::numeric_limits<double>::denorm_min(),
                          0.125, 0.25,
                          0.5,   0.75,
                          0.95,  std::nextafter(1.0, 0.0),
                          1.0};
  if (random() % 2 == 0) return edges[random() % std::size(edges)];
  return static_cast<double>(random() >> 11) * 0x1p-53;
}

inline std::vector<double> RandomRow(std::mt19937_64& random) {
  std::vector<double> row(1 + random() % 200);
  const std::uint64_t kind = random() % 6;
  for (double& v : row) {
    const double uniform = static_cast<double>(random() >> 11) * 0x1p-53;
    switch (kind) {
      case 0:  // Few values: ties everywhere.
        v = static_cast<double>(random() % 4);
        break;
      case 1:  // Weightless tails.
        v = static_cast<double>(random() % 80) - 40.0;
        break;
      case 2:
        v = 0.0;
        break;
      case 3:  // Ties of dyadic probabilities.
        v = -0.69314718055994530942 * static_cast<double>(random() % 5);
        break;
      default:
        v = 8.0 * uniform - 4.0;
    }
    if (random() % 8 == 0) v = -std::numeric_limits<double>::infinity();
    if (v == 0.0 && random() % 2 == 0) v = -0.0;
  }
  return row;
}

inline MassRule RandomRule(std::mt19937_64& random) {
  const auto coin = [&] { return random() % 3 == 0; };
  return {
      .ties = coin() ? Ties::kKeepAll : Ties::kExact,
      .equality = coin() ? Equality::kContinue : Equality::kStop,
      .crossing = coin() ? Crossing::kExclude : Crossing::kInclude,
      .basis = coin() ? MassBasis::kOriginal : MassBasis::kSurviving,
      .tie_order = coin() ? TieOrder::kHighId : TieOrder::kLowId,
      .min_keep = coin() ? 1 + static_cast<std::int64_t>(random() % 250) : 1};
}

}  // namespace sampler

#endif  // SAMPLER_TESTS_CANDIDATES_RANDOM_ROWS_H_
