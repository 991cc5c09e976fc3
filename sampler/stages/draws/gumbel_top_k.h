// Gumbel-top-k: n tokens without replacement, in the order drawn.
//
//   tokens = the n largest l_i + G_i, descending,   G = -ln(-ln u)
//
// The first has the law of `categorical`, each next one that of the rest
// (Plackett-Luce). With n = 1, and for the first token at any n, this is
// gumbel_max.
//
// Contract: n >= 1. Fewer than n survivors of weight > 0: all of them. All are
//   answered by Step::DrawAll; Sample, Step::Draw and the tool show the
//   first.
// Options: noise as for gumbel_max.
// Thread-safety: immutable; any number of threads may call Choose.
// Cost: as gumbel_max, with a heap of n.
// Source: arXiv 1903.06059.
// Tested by: tests/stages/draws/gumbel_test.cc (joint law by enumeration),
//   tests/oracle_test.cc.

#ifndef SAMPLER_STAGES_DRAWS_GUMBEL_TOP_K_H_
#define SAMPLER_STAGES_DRAWS_GUMBEL_TOP_K_H_

#include "sampler/candidates/candidates.h"
#include "sampler/stages/draws/gumbel_noise.h"
#include "sampler/stages/registry.h"

namespace sampler {

class GumbelTopK final : public Draw {
 public:
  static StageType Type();

  GumbelTopK(std::int64_t n, Noise noise) : n_(n), noise_(noise) {}

  void Apply(Candidates& candidates, const StepContext& step) const override;
  Drawn Choose(const Candidates& candidates,
               const StepContext& step) const override;
  absl::Span<const TokenId> ChooseAll(const Candidates& candidates,
                                      const StepContext& step) const override;

 private:
  std::int64_t n_;
  Noise noise_;
};

}  // namespace sampler

#endif  // SAMPLER_STAGES_DRAWS_GUMBEL_TOP_K_H_
