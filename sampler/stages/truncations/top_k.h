// Top-k: keeps the k likeliest tokens.
//
//   kept = the first k of the total order (higher logit, then lower id)
//
// Contract: k >= 0. k = 0 changes nothing, nor does k >= the number of
//   candidates. Exactly k stay; with ties "keep_all" also every token whose
//   logit equals that of the k-th.
// Thread-safety: immutable; any number of threads may call Apply.
// Cost: one pass over the block maxima, one over the blocks that reach the
//   k-th; linear for any k.
// Source: arXiv 1805.04833. llama.cpp keeps an arbitrary choice among ties,
//   Hugging Face and vLLM keep them all.
// Tested by: tests/stages/truncations/stages_truncation_test.cc,
//   tests/oracle_test.cc, tests/golden_test.cc.

#ifndef SAMPLER_STAGES_TRUNCATIONS_TOP_K_H_
#define SAMPLER_STAGES_TRUNCATIONS_TOP_K_H_

#include <cstdint>

#include "sampler/candidates/candidates.h"
#include "sampler/stages/registry.h"

namespace sampler {

class TopK final : public Stage {
 public:
  static StageType Type();

  TopK(std::int64_t k, Ties ties) : k_(k), ties_(ties) {}

  void Apply(Candidates& candidates, const StepContext& step) const override;

 private:
  std::int64_t k_;
  Ties ties_;
};

}  // namespace sampler

#endif  // SAMPLER_STAGES_TRUNCATIONS_TOP_K_H_
