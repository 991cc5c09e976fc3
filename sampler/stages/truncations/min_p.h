// Min-p: keeps every token at least p times as likely as the likeliest one.
//
//   kept = { i : p_i >= p max_j p_j }  =  { i : l_i >= max_j l_j + ln p }
//
// where l are the logits before this stage (after a temperature that precedes
// it). The comparison is made on logits, in double.
//
// Contract: 0 <= p <= 1. p = 0 changes nothing; p = 1 keeps the maximum and its
//   ties. At least `min_keep` candidates survive.
// Thread-safety: immutable; any number of threads may call Apply.
// Cost: one maximum and one filter pass; no exponential.
// Source: arXiv 2407.01082. llama.cpp's default chain puts it before
//   temperature.
// Tested by: tests/stages/truncations/stages_truncation_test.cc,
//   tests/oracle_test.cc, tests/golden_test.cc.

#ifndef SAMPLER_STAGES_TRUNCATIONS_MIN_P_H_
#define SAMPLER_STAGES_TRUNCATIONS_MIN_P_H_

#include <cstdint>

#include "sampler/arithmetic/numeric.h"
#include "sampler/candidates/candidates.h"
#include "sampler/stages/registry.h"

namespace sampler {

class MinP final : public Stage {
 public:
  static StageType Type();

  MinP(double p, std::int64_t min_keep) : log_p_(Log(p)), min_keep_(min_keep) {}

  void Apply(Candidates& candidates, const StepContext& step) const override;

 private:
  double log_p_;  // -inf for p = 0.
  std::int64_t min_keep_;
};

}  // namespace sampler

#endif  // SAMPLER_STAGES_TRUNCATIONS_MIN_P_H_
