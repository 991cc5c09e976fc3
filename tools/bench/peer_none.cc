#include "tools/bench/peer.h"

namespace sampler::bench {

std::unique_ptr<Peer> MakePeer(const std::string& /*chain*/,
                               std::int64_t /*vocabulary_size*/,
                               absl::Span<const std::int32_t> /*history*/) {
  return nullptr;
}

}  // namespace sampler::bench
