// Chains of every registered stage type: alone, and with every truncation. Made
// from the registry and its parameter tables, so that a type added tomorrow is
// among them.

#ifndef SAMPLER_TESTS_SUPPORT_STAGE_CHAINS_H_
#define SAMPLER_TESTS_SUPPORT_STAGE_CHAINS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "sampler/config.h"
#include "sampler/stages/registry.h"

namespace sampler {

// The vocabulary of these chains.
inline constexpr std::int64_t kChainVocabulary = 64;

// Stages of this type: with as few parameters as it takes, with those of
// stage_examples.h, and with `random` sets of legal ones.
std::vector<StageConfig> StagesOf(const StageType& type, int random);

// Names of types, as a test's parameter.
std::vector<std::string> StageNames();

// A chain of these stages in an order that their types allow, with a draw where
// none of them is one: the first of the registry that fits.
PipelineConfig ChainOf(std::vector<StageConfig> stages, Rng rng);

// The stage with a stage of every truncating type, before and after it.
std::vector<PipelineConfig> ChainsWithTruncations(const StageConfig& stage,
                                                  Rng rng);

}  // namespace sampler

#endif  // SAMPLER_TESTS_SUPPORT_STAGE_CHAINS_H_
