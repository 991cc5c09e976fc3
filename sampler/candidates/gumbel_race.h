// Finds the n candidates with the largest score: a logit plus independent
// Gumbel noise. The first has the law of a categorical draw; all n together are
// a draw without replacement (Plackett-Luce).
//
//   score_i = l_i + G(bits_i)        over survivors of weight > 0; ties: low id
//
// Most tokens are never scored: since -ln u >= 1 - u, a token can reach the
// score b only if 1 - u <= exp(l - b) = (w 2^-51) exp(M - b), which costs one
// multiplication to check. The check has a margin of 2^-20, far more than the
// rounding of a score of size up to 2^20; a row with a larger maximum has all
// its tokens scored. So skipping changes no winner.
//
// Thread-safety: one thread at a time (part of a Workspace).
// Cost: exact weights of the survivors, one call of `bits` for each of weight >
//   0, logarithms for about n ln(V / n) of them; no allocation once grown.
// Tested by: tests/stages/draws/gumbel_test.cc, tests/oracle_test.cc (which
//   scores all).

#ifndef SAMPLER_CANDIDATES_GUMBEL_RACE_H_
#define SAMPLER_CANDIDATES_GUMBEL_RACE_H_

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "absl/types/span.h"
#include "sampler/arithmetic/numeric.h"
#include "sampler/candidates/candidates.h"
#include "sampler/random/gumbel.h"

namespace sampler {

class GumbelRace {
 public:
  // Starts a race for the first n places. REQUIRES: n >= 1.
  void Begin(std::int64_t n) {
    places_ =
        static_cast<std::size_t>(std::min<std::int64_t>(n, kMaxVocabularySize));
    entries_.clear();
  }

  // Enters a token with its score.
  void Enter(TokenId id, double score) {
    const Entry entry = {score, id};
    if (entries_.size() < places_) {
      entries_.push_back(entry);
      std::push_heap(entries_.begin(), entries_.end(), Beats);
    } else if (Beats(entry, entries_.front())) {
      std::pop_heap(entries_.begin(), entries_.end(), Beats);
      entries_.back() = entry;
      std::push_heap(entries_.begin(), entries_.end(), Beats);
    }
  }

  // Runs a whole race for n places; bits(id) gives the 64 random bits of a
  // token's noise. The noise is that of random/gumbel.h. REQUIRES:
  // candidates.status() is kOk.
  template <typename Bits>
  absl::Span<const TokenId> Run(const Candidates& candidates, std::int64_t n,
                                Bits bits) {
    Begin(n);
    const double max = candidates.Max();
    const bool may_skip = std::fabs(max) < 0x1p20 - 64.0;
    double last = -std::numeric_limits<double>::infinity();
    double reach = std::numeric_limits<double>::infinity();
    candidates.ForEachWeighted([&](TokenId id, double logit, Weight weight) {
      const std::uint64_t random = bits(id);
      // (1 - u) 2^51 against an upper bound of w exp(M - b).
      if (static_cast<double>(~random) * 0x1p-13 >
          (static_cast<double>(weight) + 2.0) * reach) {
        return;
      }
      Enter(id, logit + GumbelNoise(random));
      if (may_skip && entries_.size() == places_ &&
          entries_.front().score > last) {
        last = entries_.front().score;
        reach = Exp(max - last) * (1.0 + 0x1p-20);
      }
    });
    return Finish();
  }

  // The ids in the order of their scores, largest first. Valid until the next
  // Begin.
  absl::Span<const TokenId> Finish() {
    std::sort_heap(entries_.begin(), entries_.end(), Beats);
    ids_.clear();
    for (const Entry& entry : entries_) ids_.push_back(entry.id);
    return ids_;
  }

 private:
  struct Entry {
    double score;
    TokenId id;
  };

  static bool Beats(const Entry& a, const Entry& b) {
    return a.score != b.score ? a.score > b.score : a.id < b.id;
  }

  std::size_t places_ = 1;
  std::vector<Entry> entries_;  // A heap with the lowest score at its front.
  std::vector<TokenId> ids_;
};

}  // namespace sampler

#endif  // SAMPLER_CANDIDATES_GUMBEL_RACE_H_
