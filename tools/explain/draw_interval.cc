#include "tools/explain/draw_interval.h"

#include <cstddef>
#include <vector>

#include "sampler/arithmetic/mass.h"
#include "sampler/random/random.h"

namespace sampler::tools {

std::optional<DrawInterval> FindInterval(const Moment& out, TokenId drawn,
                                         std::uint64_t bits, bool by_rank) {
  const std::vector<RankedCandidate> line = out.LaidOut(by_rank);
  Mass low = 0;
  std::size_t at = 0;
  for (; at < line.size() && line[at].id != drawn; ++at) low += line[at].weight;
  if (at == line.size()) return std::nullopt;
  const Mass high = low + line[at].weight;
  const Mass place = PlaceOfBits(bits, out.total());
  if (place < low || place >= high) return std::nullopt;
  DrawInterval interval;
  interval.by_rank = by_rank;
  interval.low = Ratio(low, out.total());
  interval.high = Ratio(high, out.total());
  if (at > 0) {
    interval.margin = Ratio(place - low, out.total());
    interval.neighbour = line[at - 1].id;
    interval.neighbour_below = true;
  }
  if (at + 1 < line.size()) {
    const double above = Ratio(high - place, out.total());
    if (!interval.margin.has_value() || above < *interval.margin) {
      interval.margin = above;
      interval.neighbour = line[at + 1].id;
      interval.neighbour_below = false;
    }
  }
  return interval;
}

}  // namespace sampler::tools
