#include "tools/compare/trainer/options.h"

#include "CLI/CLI.hpp"
#include "tools/options/typed_options.h"

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
  AddReal(app, "--is-threshold",
          "Weight at which verl truncates and rejects (default: 2)",
          {1.000001, 1e6}, [&choice](double x) { choice.is_threshold = x; })
      ->type_name("C")
      ->group(kGroup);
  AddReal(app, "--is-clip", "Ratio at which TRL clips or masks (default: 3)",
          {1.000001, 1e6}, [&choice](double x) { choice.clip = x; })
      ->type_name("C")
      ->group(kGroup);
  AddReal(app, "--off-policy-threshold",
          "Mean KL of a sequence beyond which TRL drops it\n"
          "(default: 0.5)",
          {0.0, 1e6}, [&choice](double x) { choice.off_policy_threshold = x; })
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
