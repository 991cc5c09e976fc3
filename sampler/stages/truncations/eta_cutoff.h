// Eta cutoff: keeps every token whose probability reaches a threshold. The
// threshold falls as the entropy rises, so uncertain steps keep more.
//
//   eta  = min(epsilon, sqrt(epsilon) exp(-H)) ;   H = -sum p ln p
//   kept = { i : p_i >= eta }
//
// Contract: 0 <= epsilon < 1; 0 changes nothing. H is the entropy of the
//   candidates before this stage. Where no token qualifies, the head stays. At
//   least `min_keep` candidates survive.
// Thread-safety: immutable; any number of threads may call Apply.
// Cost: exact weights of the candidates within 37 nats of the maximum, and the
//   entropy.
// Source: arXiv 2210.15191 (values of 3e-4 to 4e-3); the code of Hugging Face,
//   whose documentation has sqrt(epsilon exp(-H)) instead.
// Tested by: tests/stages/truncations/stages_threshold_test.cc,
//   tests/oracle_test.cc, tests/golden_test.cc.

#ifndef SAMPLER_STAGES_TRUNCATIONS_ETA_CUTOFF_H_
#define SAMPLER_STAGES_TRUNCATIONS_ETA_CUTOFF_H_

#include <cstdint>

#include "sampler/candidates/candidates.h"
#include "sampler/stages/registry.h"

namespace sampler {

class EtaCutoff final : public Stage {
 public:
  static StageType Type();

  EtaCutoff(double epsilon, std::int64_t min_keep)
      : epsilon_(epsilon), min_keep_(min_keep) {}

  void Apply(Candidates& candidates, const StepContext& step) const override;

 private:
  double epsilon_;
  std::int64_t min_keep_;
};

}  // namespace sampler

#endif  // SAMPLER_STAGES_TRUNCATIONS_ETA_CUTOFF_H_
