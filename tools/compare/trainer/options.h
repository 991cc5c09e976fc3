// The options of `compare` that ask for trainer metrics.
//
// Tested by: tests/tools/compare/trainer/trainer_command_test.cc.

#ifndef SAMPLER_TOOLS_COMPARE_TRAINER_OPTIONS_H_
#define SAMPLER_TOOLS_COMPARE_TRAINER_OPTIONS_H_

#include <optional>

#include "absl/status/status.h"
#include "tools/compare/trainer/metrics.h"
#include "tools/options/cli_fwd.h"

namespace sampler::tools {

struct TrainerChoice {
  bool asked = false;
  std::optional<double> is_threshold;
  std::optional<double> clip;
  std::optional<double> off_policy_threshold;

  TrainerOptions options() const;
};

// --trainer, --is-threshold, --is-clip, --off-policy-threshold.
void AddTrainerOptions(CLI::App& app, TrainerChoice& choice);

// InvalidArgument for thresholds without --trainer.
absl::Status CheckTrainerChoice(const TrainerChoice& choice);

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_COMPARE_TRAINER_OPTIONS_H_
