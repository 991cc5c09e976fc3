#include "sampler/chain/chain.h"

#include "sampler/chain/house_chain.h"
#include "sampler/parity/llama_cpp_chain.h"

namespace sampler {

std::uint64_t StateOwner(const Chain& chain) {
  if (chain.initial_state().empty()) return 0;
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char c : chain.StateName()) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  }
  return hash;
}

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
