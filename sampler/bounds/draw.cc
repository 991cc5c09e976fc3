#include "sampler/bounds/draw.h"

#include <algorithm>

#include "sampler/kernels/block.h"

namespace sampler {
namespace {

std::optional<TokenId> FindToken(const CandidateSet& set,
                                 const ChunkSums::Place& place) {
  if (!(place.low >= 0.0)) return {};
  const double max = set.Max();
  const std::size_t first = place.chunk * kernels::kChunkSize;
  const std::size_t end = std::min(first + kernels::kChunkSize, set.slots());
  Weight running = 0;
  Weight weights[kernels::kBlockSize];
  CandidateSet::Block buffer;
  for (std::size_t slot = first; slot < end; slot += kernels::kBlockSize) {
    const absl::Span<const double> logits =
        set.LoadBlock(slot / kernels::kBlockSize, buffer);
    kernels::ComputeWeights(logits.data(), logits.size(), max, weights);
    for (std::size_t i = 0; i < logits.size(); ++i) {
      running += weights[i];
      const auto reached = static_cast<double>(running);
      if (reached <= place.low) continue;
      // The first token whose running mass exceeds the lower end: is it the
      // same for the upper end?
      if (!(place.high < reached)) return {};
      return set.IdOfSlot(slot + i);
    }
  }
  return {};
}

}  // namespace

std::optional<TokenId> DecideDraw(const CandidateSet& set, MassBounds& bounds,
                                  std::uint64_t bits) {
  const std::optional<TokenId> token = FindToken(set, bounds.sums().Find(bits));
  bounds.Note(token.has_value());
  return token;
}

}  // namespace sampler
