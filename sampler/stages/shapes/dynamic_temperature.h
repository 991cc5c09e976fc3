// Dynamic temperature: a temperature that moves with the entropy, from `low`
// where the model is sure to `high` where it is undecided.
//
//   r = clamp(H / ln n, 0, 1) ;   H = -sum p ln p,  n candidates
//   T = low + (high - low) r^exponent ;   l_i = l_i / T
//
// Contract: low, high, exponent >= 0. With low > high the temperature falls as
//   the entropy rises (koboldcpp and text-generation-webui allow it).
//   low = high = 1 changes nothing. A single candidate keeps its logit. T = 0
//   is greedy (temperature.h). H and n are of the candidates before this stage.
// Options: count "all": n is the size of the vocabulary (llama.cpp, as long as
//   nothing has truncated its array).
// Thread-safety: immutable; any number of threads may call Apply.
// Cost: exact weights of the candidates within 37 nats of the maximum, and the
//   entropy; the scale itself stays pending.
// Source: llama.cpp ("dynatemp"), text-generation-webui.
// Tested by: tests/stages/shapes/stages_shape_test.cc, tests/oracle_test.cc,
//   tests/golden_test.cc.

#ifndef SAMPLER_STAGES_SHAPES_DYNAMIC_TEMPERATURE_H_
#define SAMPLER_STAGES_SHAPES_DYNAMIC_TEMPERATURE_H_

#include "sampler/candidates/candidates.h"
#include "sampler/stages/registry.h"

namespace sampler {

class DynamicTemperature final : public Stage {
 public:
  // What n counts: candidates, or the tokens of the vocabulary.
  enum class CountOf { kFinite, kAll };

  static StageType Type();

  DynamicTemperature(double low, double high, double exponent,
                     CountOf count_of = CountOf::kFinite)
      : low_(low), high_(high), exponent_(exponent), count_of_(count_of) {}

  void Apply(Candidates& candidates, const StepContext& step) const override;

 private:
  double low_;
  double high_;
  double exponent_;
  CountOf count_of_;
};

}  // namespace sampler

#endif  // SAMPLER_STAGES_SHAPES_DYNAMIC_TEMPERATURE_H_
