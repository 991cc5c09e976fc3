// The one temperature of a chain, where it has one: what trainers divide logits
// by when they compute a rollout's logprobs again.
//
// Thread-safety: pure function.
// Tested by: tests/tools/chains/chain_temperature_test.cc.

#ifndef SAMPLER_TOOLS_CHAINS_CHAIN_TEMPERATURE_H_
#define SAMPLER_TOOLS_CHAINS_CHAIN_TEMPERATURE_H_

#include <optional>

#include "sampler/config.h"
#include "sampler/stages/stage_facts.h"

namespace sampler::tools {

// Returns true if the stage keeps the likeliest candidate alone, by T = 0.
bool IsZeroTemperature(const StageFacts& facts);

// The product of the chain's temperatures, 1 where it has none; those of 0,
// which choose and do not scale, are left out. Empty if one of them is not a
// single number at every step.
std::optional<double> ChainTemperature(const PipelineConfig& config);

// Returns true if the chain chooses the likeliest candidate, by T = 0 or a
// greedy draw.
bool IsGreedy(const PipelineConfig& config);

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_CHAINS_CHAIN_TEMPERATURE_H_
