#include "tools/options/unused_options.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "sampler/stage_lookup.h"
#include "sampler/stages/registry.h"

namespace sampler::tools {

bool TossesCoins(const StageConfig& stage) {
  const StageType* const type = StageRegistry::BuiltIn().Find(stage.type);
  return type->create({type->parameters, stage.parameters})->UsesCoins();
}

namespace {

bool StageUsesRandomNumbers(const StageConfig& stage) {
  switch (FactsOf(stage).draws_by) {
    case DrawBy::kMassById:
    case DrawBy::kMassByRank:
    case DrawBy::kNoise:
      return true;
    case DrawBy::kNothing:
    case DrawBy::kCodePoint:
      break;
  }
  return TossesCoins(stage);
}

// A schedule with "clock": "step".
bool FollowsTheStep(const StageConfig& stage) {
  return std::any_of(
      stage.parameters.begin(), stage.parameters.end(), [](const auto& given) {
        const Value::Object* const schedule = given.second.object();
        if (schedule == nullptr) return false;
        const auto clock = schedule->find("clock");
        return clock != schedule->end() && clock->second.text() != nullptr &&
               *clock->second.text() == "step";
      });
}

bool AnyStage(absl::Span<const PipelineConfig> configs,
              bool (*is_so)(const StageConfig&)) {
  return std::any_of(
      configs.begin(), configs.end(), [&](const PipelineConfig& config) {
        return std::any_of(config.stages.begin(), config.stages.end(), is_so);
      });
}

// What is wrong with an option that was given as `value` and that no chain
// needs.
absl::Status Unused(absl::string_view option, absl::string_view value,
                    absl::string_view why) {
  return absl::InvalidArgumentError(
      absl::StrCat(option, ": got ", value, ", want none: ", why));
}

}  // namespace

bool TossesCoins(absl::Span<const PipelineConfig> configs) {
  return AnyStage(configs, TossesCoins);
}

bool UsesRandomNumbers(absl::Span<const PipelineConfig> configs) {
  return AnyStage(configs, StageUsesRandomNumbers);
}

RunOptions OnlyWhatMatters(const RunOptions& options,
                           absl::Span<const PipelineConfig> configs) {
  RunOptions used = options;
  if (!UsesRandomNumbers(configs)) {
    used.seed.reset();
    used.stream.reset();
  }
  if (!AnyStage(configs, FollowsTheStep)) used.step.reset();
  return used;
}

absl::Status CheckRunOptionsMatter(const RunOptions& options,
                                   absl::Span<const PipelineConfig> configs) {
  const RunOptions used = OnlyWhatMatters(options, configs);
  constexpr absl::string_view kSober = "no stage uses random numbers";
  if (options.seed.has_value() && !used.seed.has_value()) {
    return Unused("--seed", absl::StrCat(*options.seed), kSober);
  }
  if (options.stream.has_value() && !used.stream.has_value()) {
    return Unused("--stream", absl::StrCat(*options.stream), kSober);
  }
  if (options.step.has_value() && !used.step.has_value()) {
    return Unused("--step", absl::StrCat(*options.step),
                  "no stage has a schedule with \"clock\": \"step\"");
  }
  return absl::OkStatus();
}

}  // namespace sampler::tools
