// A copy of the probabilities of a set of candidates at one moment of a step.
// Stages with a memory (mirostat, adaptive_p) keep one until the token is drawn
// and learn from its probability; speculative decoding (speculative/) compares
// the records of a draft and a target.
//
// Thread-safety: one thread at a time (part of a Workspace).
// Cost: 12 bytes per candidate of weight > 0; no allocation once grown.
// Tested by: tests/candidates/candidates_test.cc.

#ifndef SAMPLER_CANDIDATES_PROBABILITY_RECORD_H_
#define SAMPLER_CANDIDATES_PROBABILITY_RECORD_H_

#include <algorithm>
#include <vector>

#include "absl/types/span.h"
#include "sampler/arithmetic/mass.h"
#include "sampler/candidate.h"

namespace sampler {

class ProbabilityRecord {
 public:
  // Stores these weights. REQUIRES: ids ascend. Tokens that are not listed have
  // weight 0.
  void Set(absl::Span<const TokenId> ids, absl::Span<const Weight> weights,
           Mass total) {
    ids_.assign(ids.begin(), ids.end());
    weights_.assign(weights.begin(), weights.end());
    total_ = total;
  }

  // w / S; 0 for a token without weight. REQUIRES: Set was called.
  double Of(TokenId id) const { return Ratio(WeightOf(id), total_); }

  // Exact weight of a token, and the sum of all.
  Weight WeightOf(TokenId id) const {
    const auto at = std::lower_bound(ids_.begin(), ids_.end(), id);
    if (at == ids_.end() || *at != id) return 0;
    return weights_[static_cast<std::size_t>(at - ids_.begin())];
  }
  Mass total() const { return total_; }

  // Tokens of weight > 0 in id order, and their weights beside them.
  absl::Span<const TokenId> ids() const { return ids_; }
  absl::Span<const Weight> weights() const { return weights_; }

 private:
  std::vector<TokenId> ids_;
  std::vector<Weight> weights_;
  Mass total_ = 0;
};

}  // namespace sampler

#endif  // SAMPLER_CANDIDATES_PROBABILITY_RECORD_H_
