// Locally typical sampling: keeps the tokens whose surprise is closest to the
// expected one, up to probability p.
//
//   rank by | -ln p_i - H |, least first;   H = -sum p ln p
//   kept = the shortest prefix of that ranking with sum p_i >= p
//
// In logit units the key is |l_i - c| with c the mean logit sum p_j l_j: an
// interval around c. Ties in the key are ranked by the total order.
//
// Contract: 0 < p <= 1. p = 1 changes nothing. The likeliest token may go;
//   `min_keep`, and the one token that always stays, go by this ranking.
// Options: equality "continue": stop only when the mass exceeds p (llama.cpp).
//   ties "keep_all": every token whose key equals the last kept one's stays
//   (Hugging Face).
// Thread-safety: immutable; any number of threads may call Apply.
// Cost: exact weights of the candidates within 37 nats of the maximum, the mean
//   logit, then linear selection; no sort.
// Source: arXiv 2202.00666.
// Tested by: tests/stages/truncations/stages_truncation_test.cc,
//   tests/oracle_test.cc, tests/golden_test.cc.

#ifndef SAMPLER_STAGES_TRUNCATIONS_TYPICAL_P_H_
#define SAMPLER_STAGES_TRUNCATIONS_TYPICAL_P_H_

#include "sampler/candidates/candidates.h"
#include "sampler/stages/registry.h"

namespace sampler {

class TypicalP final : public Stage {
 public:
  static StageType Type();

  explicit TypicalP(double p, const MassRule& rule = {}) : p_(p), rule_(rule) {}

  void Apply(Candidates& candidates, const StepContext& step) const override;

 private:
  double p_;
  MassRule rule_;
};

}  // namespace sampler

#endif  // SAMPLER_STAGES_TRUNCATIONS_TYPICAL_P_H_
