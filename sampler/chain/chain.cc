#include "sampler/chain/chain.h"

#include "sampler/chain/house_chain.h"
#include "sampler/parity/llama_cpp_chain.h"

namespace sampler {

absl::StatusOr<std::unique_ptr<const Chain>> MakeChain(
    const PipelineConfig& config, std::int64_t vocabulary_size,
    const StageRegistry& registry) {
  switch (config.rng) {
    case Rng::kLlamaCpp:
      return std::make_unique<const parity::LlamaCppStepChain>(
          config.stages, vocabulary_size, registry);
    case Rng::kHouse:
      break;
  }
  return HouseChain::Create(config, vocabulary_size, registry);
}

}  // namespace sampler
