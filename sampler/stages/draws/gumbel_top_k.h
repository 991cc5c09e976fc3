// Gumbel-top-k: n tokens without replacement, in the order drawn.
//
//   tokens = the n largest l_i + G_i, descending,   G = -ln(-ln u)
//
// The first token is that of gumbel_max. It has the law of `categorical`; each
// next token has the law of `categorical` over the rest (Plackett-Luce).
//
// Contract: n >= 1. With fewer than n survivors of weight > 0 all of them are
//   drawn. Step::DrawAll returns all tokens; Sample, Step::Draw and the tool
//   return the first.
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
