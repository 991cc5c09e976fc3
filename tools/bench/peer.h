// Another sampler beside this one, on the same rows: llama.cpp's, where this
// program was built with it.

#ifndef SAMPLER_TOOLS_BENCH_PEER_H_
#define SAMPLER_TOOLS_BENCH_PEER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/types/span.h"

namespace sampler::bench {

class Peer {
 public:
  virtual ~Peer() = default;

  // The token it draws from `row`.
  virtual std::int32_t Sample(absl::Span<const float> row) = 0;
};

// llama.cpp's form of the chain of that name, having accepted `history`; null
// where it has none, or where SAMPLER_LLAMA_DIR named no llama.cpp.
std::unique_ptr<Peer> MakePeer(const std::string& chain,
                               std::int64_t vocabulary_size,
                               absl::Span<const std::int32_t> history);

}  // namespace sampler::bench

#endif  // SAMPLER_TOOLS_BENCH_PEER_H_
