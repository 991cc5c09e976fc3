#include "tools/compare/trainer/options.h"

#include "CLI/CLI.hpp"

namespace sampler::tools {

TrainerOptions TrainerChoice::options() const {
  TrainerOptions result;
  result.is_threshold = is_threshold.value_or(result.is_threshold);
  result.clip = clip.value_or(result.clip);
  result.off_policy_threshold =
      off_policy_threshold.value_or(result.off_policy_threshold);
  return result;
}

void AddTrainerOptions(CLI::App& app, TrainerChoice& choice) {
  constexpr char kGroup[] = "Trainer metrics";
  app.add_flag("--trainer", choice.asked,
               "A is a rollout, B its trainer: also the numbers that verl\n"
               "and TRL log, and why the logprobs differ")
      ->group(kGroup);
  app.add_option("--is-threshold", choice.is_threshold,
                 "Weight at which verl truncates and rejects (default: 2)")
      ->check(CLI::Range(1.000001, 1e6).description(""))
      ->type_name("C")
      ->group(kGroup);
  app.add_option("--is-clip", choice.clip,
                 "Ratio at which TRL clips or masks (default: 3)")
      ->check(CLI::Range(1.000001, 1e6).description(""))
      ->type_name("C")
      ->group(kGroup);
  app.add_option("--off-policy-threshold", choice.off_policy_threshold,
                 "Mean KL of a sequence beyond which TRL drops it\n"
                 "(default: 0.5)")
      ->check(CLI::Range(0.0, 1e6).description(""))
      ->type_name("X")
      ->group(kGroup);
}

absl::Status CheckTrainerChoice(const TrainerChoice& choice) {
  const bool thresholds =
      choice.is_threshold || choice.clip || choice.off_policy_threshold;
  return choice.asked || !thresholds
             ? absl::OkStatus()
             : absl::InvalidArgumentError(
                   "--is-threshold, --is-clip, --off-policy-threshold: want "
                   "--trainer beside them");
}

}  // namespace sampler::tools
