// Top-H: keeps as many of the likeliest tokens as a share of the entropy
// allows.
//
//   Q = the first `pool` candidates,  q = p renormalised over Q
//   kept = the longest prefix of Q with  sum -q_i ln q_i <= alpha * H(q)
//
// Variants, by what is compared with what:
//   "partial"       the above (Hugging Face)
//   "raw"           the same two sums of -p ln p, p not renormalised over Q
//                   (the authors' code)
//   "renormalized"  the entropy of the kept tokens among themselves, with
//                   alpha * H(p) of all survivors (the paper)
// The sums run in the total order. The bound is taken 2^-40 larger, so that
// rounding never drops a token that meets it exactly.
//
// Contract: 0 < alpha <= 1; no value is neutral: alpha = 1 still cuts to the
//   pool. The first token always stays; one of weight 0 ends the walk.
//   `min_keep` re-admits within the pool. `pool` null: all survivors.
// Thread-safety: immutable; any number of threads may call Apply.
// Cost: the first `pool` of the total order and a logarithm for each; with a
//   pool of null a linear sort of the weighted candidates.
// Source: arXiv 2509.02510, Hugging Face TopH.
// Tested by: tests/stages/truncations/stages_order_test.cc,
//   tests/oracle_test.cc, tests/golden_test.cc.

#ifndef SAMPLER_STAGES_TRUNCATIONS_TOP_H_H_
#define SAMPLER_STAGES_TRUNCATIONS_TOP_H_H_

#include <cstdint>
#include <optional>

#include "absl/types/span.h"
#include "sampler/candidates/candidates.h"
#include "sampler/stages/registry.h"

namespace sampler {

class TopH final : public Stage {
 public:
  enum class Variant { kPartial, kRaw, kRenormalized };

  static StageType Type();

  TopH(double alpha, std::optional<std::int64_t> pool, Variant variant,
       std::int64_t min_keep)
      : alpha_(alpha), pool_(pool), variant_(variant), min_keep_(min_keep) {}

  void Apply(Candidates& candidates, const StepContext& step) const override;

 private:
  double alpha_;
  std::optional<std::int64_t> pool_;
  Variant variant_;
  std::int64_t min_keep_;
};

}  // namespace sampler

#endif  // SAMPLER_STAGES_TRUNCATIONS_TOP_H_H_
