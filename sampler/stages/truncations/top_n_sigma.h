// Top-n-sigma: keeps the tokens within n standard deviations of the largest
// logit. The kept set does not depend on a temperature before it.
//
//   kept = { i : l_i >= max_j l_j - n sigma }
//   sigma^2 = sum (l_i - mean)^2 / N      over the N candidates, each once
//
// Contract: n >= 0; 0 changes nothing. sigma is computed over the candidates
//   that earlier truncations left; for the published rule, put this stage
//   first. At least `min_keep` candidates survive.
// Options: sigma "sample": divide by N - 1 (the authors' code).
// Thread-safety: immutable; any number of threads may call Apply.
// Cost: three passes over the candidates; no exponential.
// Source: arXiv 2411.07641; llama.cpp.
// Tested by: tests/stages/truncations/stages_threshold_test.cc,
//   tests/oracle_test.cc, tests/golden_test.cc.

#ifndef SAMPLER_STAGES_TRUNCATIONS_TOP_N_SIGMA_H_
#define SAMPLER_STAGES_TRUNCATIONS_TOP_N_SIGMA_H_

#include <cstdint>

#include "sampler/candidates/candidates.h"
#include "sampler/stages/registry.h"

namespace sampler {

class TopNSigma final : public Stage {
 public:
  static StageType Type();

  TopNSigma(double n, std::int64_t min_keep,
            Deviation deviation = Deviation::kPopulation)
      : n_(n), min_keep_(min_keep), deviation_(deviation) {}

  void Apply(Candidates& candidates, const StepContext& step) const override;

 private:
  double n_;
  std::int64_t min_keep_;
  Deviation deviation_;
};

}  // namespace sampler

#endif  // SAMPLER_STAGES_TRUNCATIONS_TOP_N_SIGMA_H_
