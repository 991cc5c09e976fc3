#include "tools/chains/chain_temperature.h"

#include <algorithm>

#include "sampler/stage_lookup.h"

namespace sampler::tools {

bool IsZeroTemperature(const StageFacts& facts) {
  return facts.temperature.has_value() && facts.temperature->low == 0.0 &&
         facts.temperature->high == 0.0;
}

std::optional<double> ChainTemperature(const PipelineConfig& config) {
  double product = 1.0;
  for (const StageConfig& stage : config.stages) {
    const StageFacts facts = FactsOf(stage);
    if (!facts.temperature.has_value() || IsZeroTemperature(facts)) continue;
    const bool one = facts.temperature->low == facts.temperature->high &&
                     !stage.when.has_value();
    if (!one) return std::nullopt;
    product *= facts.temperature->low;
  }
  return product;
}

bool IsGreedy(const PipelineConfig& config) {
  return FactsOf(config.stages.back()).draws_by == DrawBy::kNothing ||
         std::any_of(config.stages.begin(), config.stages.end(),
                     [](const StageConfig& stage) {
                       return !stage.when.has_value() &&
                              IsZeroTemperature(FactsOf(stage));
                     });
}

}  // namespace sampler::tools
