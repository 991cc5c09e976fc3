// Random operations of Candidates that judge candidates by their weights, on
// the set and its naive twin; part of candidates_test.cc.

#ifndef SAMPLER_TESTS_CANDIDATES_WEIGHT_STEPS_H_
#define SAMPLER_TESTS_CANDIDATES_WEIGHT_STEPS_H_

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sampler/candidates/candidates.h"
#include "tests/candidates/naive_candidates.h"

namespace sampler {

// One random operation on both; returns its name, which starts with "Keep" for
// truncations. `fraction` is in [0, 1].
inline std::string WeightStep(Candidates& c, NaiveCandidates& naive,
                              std::mt19937_64& random, double fraction) {
  const auto min_keep =
      static_cast<std::int64_t>(random() % 2 == 0 ? 1 : 1 + random() % 250);
  switch (random() % 4) {
    case 0: {
      // Falls with the mass: w S >= ceil(fraction 2^102).
      if (fraction == 0.0) return "nothing";
      const Mass squared = LeastMass(fraction, Mass{1} << 70) << 32;
      c.KeepWeights([=](const Totals& t) { return DivideUp(squared, t.mass); },
                    {.min_keep = min_keep});
      naive.KeepProduct(static_cast<oracle::Mass>(absl::Uint128High64(squared))
                                << 64 |
                            absl::Uint128Low64(squared),
                        min_keep);
      return absl::StrCat("KeepWeights by mass ", fraction);
    }
    case 1:
      c.KeepWeights([](const Totals& t) { return DivideUp(t.squares, t.mass); },
                    {.needs = Needs::kSquares, .min_keep = min_keep});
      naive.KeepCollision(min_keep);
      return "KeepWeights by squares";
    case 2: {
      // As many of the first as have a weight of so much: decided by ever
      // longer heads.
      if (naive.Count() < 2) return "nothing";
      const auto least = static_cast<Weight>(fraction * 0x1p51) / 3;
      std::int64_t kept = 0;
      for (const TokenId id : naive.Ranked()) {
        if (naive.WeightOf(id) < least) break;
        ++kept;
      }
      c.KeepDecidedByHead([&](const OrderHead& head) -> HeadVerdict {
        for (std::size_t i = 0; i < head.weights.size(); ++i) {
          if (head.weights[i] < least) {
            return {.keep = std::max<std::int64_t>(
                        1, static_cast<std::int64_t>(i))};
          }
        }
        if (!head.complete) return {.deeper = 1.0};
        // Whoever is not listed weighs nothing.
        return {.keep = least == 0
                            ? head.count
                            : static_cast<std::int64_t>(head.weights.size())};
      });
      naive.KeepTop(std::max<std::int64_t>(kept, 1));
      return absl::StrCat("KeepDecidedByHead ", fraction);
    }
    default: {
      auto these = c.WithProbabilityAtLeast(fraction);
      // Somebody stays.
      if (static_cast<std::int64_t>(these.size()) == naive.Count()) {
        these.remove_suffix(1);
      }
      std::vector<TokenId> ids;
      for (const WeightedCandidate& candidate : these) {
        ids.push_back(candidate.id);
      }
      c.RemoveAll(these);
      naive.RemoveAll(ids);
      return absl::StrCat("KeepAllBut: RemoveAll ", ids.size());
    }
  }
}

}  // namespace sampler

#endif  // SAMPLER_TESTS_CANDIDATES_WEIGHT_STEPS_H_
