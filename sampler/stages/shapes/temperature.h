// Temperature: flattens (above 1) or sharpens (below 1) the distribution.
//
//   l_i = l_i / T            (evaluated as l_i * fl(1 / T))
//
// T may be annealed over a clock t, the output position, a step that the caller
// sets or the tokens since a phase began or ended (history/phases.h), from T0
// to T1:
//
//   f = clamp((t - start) / steps, 0, 1)
//   linear       T0 + f (T1 - T0)
//   exponential  T0 (T1 / T0)^f
//   cosine       T1 + (T0 - T1) (1 + cos(pi f)) / 2
//
// The ends are T0 and T1 exactly. A schedule is a function of the clock alone,
// so rollback and replay need no state.
//
// Contract: T finite and >= 0. T = 1 changes nothing. T = 0 is exactly greedy:
//   only the head of the total order survives. Logits that overflow follow the
//   rule of row_status.h; with T below 1e-308 nearly all of them overflow. T0
//   and T1 are at most 1e300, and for the exponential shape above 0 with T1 /
//   T0 in [1e-300, 1e300], so that the formulas stay finite.
// Thread-safety: immutable; any number of threads may call Apply.
// Cost: none on a whole row (the scale stays pending until values are read).
// Source: Boltzmann; in every runtime. llama.cpp runs it last, vLLM and Hugging
//   Face before the truncations.
// Tested by: tests/stages/shapes/temperature_test.cc, tests/oracle_test.cc,
//   tests/golden_test.cc.

#ifndef SAMPLER_STAGES_SHAPES_TEMPERATURE_H_
#define SAMPLER_STAGES_SHAPES_TEMPERATURE_H_

#include <cstdint>

#include "sampler/candidates/candidates.h"
#include "sampler/stages/registry.h"

namespace sampler {

struct TemperatureSchedule {
  enum class Shape { kLinear, kExponential, kCosine };
  enum class Clock { kPosition, kStep, kPhase };

  double from = 1.0;
  double to = 1.0;
  std::int64_t steps = 1;
  std::int64_t start = 0;
  Shape shape = Shape::kLinear;
  Clock clock = Clock::kPosition;

  // What the clock says at a step.
  std::int64_t Now(const StepContext& step) const;
  // The temperature at clock t.
  double At(std::int64_t t) const;
};

class Temperature final : public Stage {
 public:
  static StageType Type();

  // The facts of every stage that divides logits by a T in `range`.
  static StageFacts FactsOfRange(TemperatureRange range);

  explicit Temperature(double temperature)
      : Temperature(
            TemperatureSchedule{.from = temperature, .to = temperature}) {}
  explicit Temperature(const TemperatureSchedule& schedule)
      : schedule_(schedule) {}

  void Apply(Candidates& candidates, const StepContext& step) const override;

 private:
  TemperatureSchedule schedule_;
};

}  // namespace sampler

#endif  // SAMPLER_STAGES_SHAPES_TEMPERATURE_H_
