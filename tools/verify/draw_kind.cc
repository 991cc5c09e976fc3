#include "tools/verify/draw_kind.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sampler/stage_lookup.h"
#include "sampler/stages/registry.h"
#include "sampler/stages/stage_facts.h"
#include "tools/chains/chain_temperature.h"
#include "tools/text/output.h"

namespace sampler::tools {
namespace {

constexpr char kNoiseName[] = "noise";

// The noise that a stage's table offers a choice of; empty if it offers none.
std::optional<Noise> NoiseOf(const StageConfig& stage) {
  const StageType* const type = StageRegistry::BuiltIn().Find(stage.type);
  if (type == nullptr) return std::nullopt;
  const bool offers = std::any_of(
      type->parameters.begin(), type->parameters.end(),
      [](const Parameter& line) { return line.name() == kNoiseName; });
  if (!offers) return std::nullopt;
  return Parameters(type->parameters, stage.parameters)
      .Choice<Noise>(kNoiseName);
}

// Does a stage truncate?
bool Truncates(const PipelineConfig& config) {
  return std::any_of(config.stages.begin(), config.stages.end(),
                     [](const StageConfig& stage) {
                       return GroupOf(stage) == StageGroup::kTruncate &&
                              !FactsOf(stage).neutral;
                     });
}

}  // namespace

DrawKind DrawKindOf(const PipelineConfig& config) {
  DrawKind kind;
  const std::optional<double> temperature = ChainTemperature(config);
  kind.temperature = temperature.value_or(1.0);
  kind.one_temperature = temperature.has_value();
  if (IsGreedy(config)) {
    kind.by = DrawKind::By::kGreedy;
    return kind;
  }
  const StageFacts draw = FactsOf(config.stages.back());
  switch (draw.draws_by) {
    case DrawBy::kMassById:
    case DrawBy::kMassByRank:
      kind.by = DrawKind::By::kMass;
      kind.by_rank = draw.draws_by == DrawBy::kMassByRank;
      break;
    case DrawBy::kNoise:
      if (const auto noise = NoiseOf(config.stages.back())) {
        kind.by = DrawKind::By::kNoise;
        kind.noise = *noise;
        kind.by_rank = *noise == Noise::kSglang && Truncates(config);
      }
      break;
    case DrawBy::kNothing:
    case DrawBy::kCodePoint:
      break;
  }
  return kind;
}

const char* DrawKindName(DrawKind::By by) {
  switch (by) {
    case DrawKind::By::kGreedy:
      return "greedy";
    case DrawKind::By::kMass:
      return "inverse_cdf";
    case DrawKind::By::kNoise:
      return "gumbel";
    case DrawKind::By::kOther:
      break;
  }
  return "other";
}

PipelineConfig BeforeGreedy(const PipelineConfig& config) {
  PipelineConfig soft = config;
  std::erase_if(soft.stages, [](const StageConfig& stage) {
    return IsZeroTemperature(FactsOf(stage));
  });
  if (FactsOf(soft.stages.back()).draws_by == DrawBy::kNothing) {
    soft.stages.back() = {.type = "categorical"};
  }
  return soft;
}

namespace {

// The noise of these engines is torch's: Tensor::exponential_ of a generator on
// the device that served. Its values differ between devices and builds (on a
// GPU they depend on how the kernel is launched, on a CPU on the math library),
// and no log holds them.
absl::Status Unknowable(Engine engine) {
  return WithHint(
      absl::UnimplementedError(absl::StrCat(
          "--noise ", engine == Engine::kTinker ? "tinker" : "vllm-v1",
          ": unknowable: it draws with torch's exponential_ on the device that "
          "served, which a seed alone does not tell")),
      "--claim law judges the tokens without their noise");
}

}  // namespace

absl::StatusOr<PipelineConfig> WithEngine(const PipelineConfig& config,
                                          Engine engine) {
  if (engine == Engine::kConfig) return config;
  if (engine == Engine::kVllmV1 || engine == Engine::kTinker) {
    return Unknowable(engine);
  }
  PipelineConfig other = config;
  other.rng = engine == Engine::kLlamaCpp ? Rng::kLlamaCpp : Rng::kHouse;
  if (engine == Engine::kVllm || engine == Engine::kSglang) {
    if (DrawKindOf(config).by == DrawKind::By::kGreedy) {
      return absl::InvalidArgumentError(
          "--noise: want none beside a greedy draw, which uses none");
    }
    other.stages.back() = {
        .type = "gumbel_max",
        .parameters = {
            {kNoiseName, engine == Engine::kVllm ? "vllm_v2" : "sglang"}}};
  }
  const std::vector<Problem> problems = CheckConfig(other);
  if (problems.empty()) return other;
  return WithHint(
      absl::InvalidArgumentError(absl::StrCat(
          "--noise: the chain cannot run there: ", problems[0].pointer, ": ",
          problems[0].message)),
      "leave out --noise, or give a chain of that engine's own stages");
}

}  // namespace sampler::tools
