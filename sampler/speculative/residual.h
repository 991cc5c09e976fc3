// A target distribution from which drafts have been taken away, in doubles over
// the target's tokens.
//
// Thread-safety: one thread at a time.
// Tested by: tests/speculative/tree_test.cc, block_verification_test.cc.

#ifndef SAMPLER_SPECULATIVE_RESIDUAL_H_
#define SAMPLER_SPECULATIVE_RESIDUAL_H_

#include <cstdint>
#include <vector>

#include "sampler/candidates/probability_record.h"

namespace sampler::speculative {

class Residual {
 public:
  // scale * p. `target` must outlive the residual.
  explicit Residual(const ProbabilityRecord& target, double scale = 1.0);

  // r(x); 0 for tokens the target has not.
  double Of(TokenId token) const;

  // r = max(r - q, 0), and its sum.
  double Subtract(const ProbabilityRecord& draft);

  // r(x) = 0.
  void Remove(TokenId token);

  // r = r / sum r, if that is positive.
  void Normalize();

  // The first token in id order whose running mass exceeds bits / 2^64 of the
  // whole, masses being integers in units of 2^-51 of the largest. Of nothing:
  // a token of the target.
  TokenId Draw(std::uint64_t bits) const;

 private:
  double Sum() const;

  const ProbabilityRecord& target_;
  std::vector<double> values_;  // Beside the target's tokens.
};

}  // namespace sampler::speculative

#endif  // SAMPLER_SPECULATIVE_RESIDUAL_H_
