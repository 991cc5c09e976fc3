// A rollout's token beside its trainer's: the two logprobs, and what of their
// difference comes from where.
//
//   ln rho = ln q_B(x) - ln q_A(x), A the rollout, B the trainer
//
// With f(z, T) = ln softmax(z / T)(x) over the whole row z, T the temperature
// of each chain and S the mass that softmax(z / T) has on what a chain keeps,
// it falls apart into
//
//   temperature  f(z_A, T_B) - f(z_A, T_A)
//   values       f(z_B, T_B) - f(z_A, T_B)   other logits: float, weights
//   ties         what S_A and S_B would be more if tokens with exactly the
//                lowest logit that is kept had all been kept
//   mask         ln S_A - ln S_B, but for the ties
//   edits        the rest: penalties, biases and shapes other than a division
//
// which add up to ln rho. They are absent (NaN) where a chain's temperature is
// not one number above 0.
//
// Thread-safety: a TrainerProbe is scratch, one per thread.
// Cost: three sums over the whole row in double.
// Tested by: tests/tools/compare/trainer/trainer_row_test.cc, against sums in
//   long double.

#ifndef SAMPLER_TOOLS_COMPARE_TRAINER_ROW_H_
#define SAMPLER_TOOLS_COMPARE_TRAINER_ROW_H_

#include <array>
#include <cstddef>
#include <limits>
#include <optional>

#include "sampler/pipeline.h"

namespace sampler::tools {

// verl's SAFETY_BOUND: logarithms of ratios beyond it are clamped.
inline constexpr double kMostLogRatio = 20.0;

enum class Cause : std::size_t { kMask, kTemperature, kTies, kValues, kEdits };
inline constexpr std::size_t kCauses = 5;

// "mask", "temperature", "ties", "values" or "edits".
const char* CauseName(Cause cause);

struct TrainerRow {
  static constexpr double kAbsent = std::numeric_limits<double>::quiet_NaN();

  double rollout = kAbsent;  // ln q_A(x); -inf: A cannot draw it.
  double trainer = kAbsent;  // ln q_B(x)
  std::array<double, kCauses> causes = {kAbsent, kAbsent, kAbsent, kAbsent,
                                        kAbsent};

  double log_ratio() const { return trainer - rollout; }
  double& operator[](Cause c) { return causes[static_cast<std::size_t>(c)]; }
  double operator[](Cause c) const {
    return causes[static_cast<std::size_t>(c)];
  }
};

class TrainerProbe {
 public:
  // The chains' configs; a call's rows are of this vocabulary size.
  TrainerProbe(const PipelineConfig& rollout, const PipelineConfig& trainer,
               std::int64_t vocabulary_size);

  // REQUIRES: `kept` are what the chains leave of these rows, and ok; `target`
  // lies in the vocabulary.
  TrainerRow Measure(const std::array<Logits, 2>& rows,
                     const std::array<const Distribution*, 2>& kept,
                     TokenId target);

 private:
  // ln of the masses of what is kept, and of that with the ties.
  struct KeptMass {
    double log_kept;
    double log_with_ties;
  };

  static KeptMass MassOf(const Logits& row, const Distribution& kept,
                         const Distribution& whole);

  std::array<std::optional<Pipeline>, 2> whole_;  // At each temperature.
  std::optional<Sequence> sequence_;
  std::array<Workspace, 3> workspaces_;
};

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_COMPARE_TRAINER_ROW_H_
