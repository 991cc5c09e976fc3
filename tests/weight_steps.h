// Random operations of Candidates that judge candidates by their weights, on
// the set and its naive twin; part of candidates_test.cc.

#ifndef SAMPLER_TESTS_WEIGHT_STEPS_H_
#define SAMPLER_TESTS_WEIGHT_STEPS_H_

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sampler/candidates.h"
#include "tests/naive_candidates.h"

namespace sampler {

inline TopChoices RandomTopChoices(std::mt19937_64& random,
                                   const NaiveCandidates& naive,
                                   std::vector<TokenId>& protect) {
  for (TokenId id = 0; id < naive.Size(); ++id) {
    if (random() % 16 == 0) protect.push_back(id);
  }
  const double thresholds[] = {0.0, 1e-300, 0.01, 0.125, 0.25, 0.5, 1.0};
  return {.threshold = thresholds[random() % std::size(thresholds)],
          .min_keep = static_cast<std::int64_t>(
              random() % 2 == 0 ? 1 : 1 + random() % 250),
          .protect = protect,
          .protect_rule = random() % 2 == 0 ? ProtectRule::kExempt
                                            : ProtectRule::kSkipStage};
}

// One random operation on both; returns its name, which starts with "Keep" for
// truncations. `fraction` is in [0, 1].
inline std::string WeightStep(Candidates& c, NaiveCandidates& naive,
                              std::mt19937_64& random, double fraction) {
  const auto min_keep =
      static_cast<std::int64_t>(random() % 2 == 0 ? 1 : 1 + random() % 250);
  switch (random() % 5) {
    case 0: {
      if (fraction == 0.0) return "nothing";
      c.KeepTopA(fraction, min_keep);
      naive.KeepTopA(fraction, min_keep);
      return absl::StrCat("KeepTopA ", fraction);
    }
    case 1:
      c.KeepCollision(min_keep);
      naive.KeepCollision(min_keep);
      return "KeepCollision";
    case 2: {
      // Few tokens, or more than there can be.
      const std::int64_t most = random() % 2 == 0 ? 3 : kMaxVocabularySize;
      const std::int64_t n = std::max<std::int64_t>(naive.Size() + 1, most);
      c.KeepExcessCollision(n, min_keep);
      naive.KeepExcessCollision(n, min_keep);
      return absl::StrCat("KeepExcessCollision ", n);
    }
    case 3: {
      std::vector<TokenId> protect;
      const TopChoices rule = RandomTopChoices(random, naive, protect);
      c.ExcludeTopChoices(rule);
      naive.ExcludeTopChoices(rule);
      return absl::StrCat("Keep: ExcludeTopChoices ", rule.threshold);
    }
    default: {
      if (fraction == 1.0) return "nothing";
      std::vector<TokenId> protect;
      const TopChoices rule = RandomTopChoices(random, naive, protect);
      c.DampTopChoices(rule, fraction);
      naive.DampTopChoices(rule, fraction);
      return absl::StrCat("DampTopChoices ", rule.threshold);
    }
  }
}

}  // namespace sampler

#endif  // SAMPLER_TESTS_WEIGHT_STEPS_H_
