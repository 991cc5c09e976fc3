#include "sampler/watermark/synthid_mark.h"

#include <cmath>
#include <cstddef>
#include <vector>

#include "sampler/candidate.h"

namespace sampler {
namespace {

// How many bits of each layer are 1.
struct Ones {
  std::int64_t tokens = 0;
  std::vector<std::int64_t> by_layer;
};

Ones CountOnes(const SynthIdHash& hash, absl::Span<const TokenId> output) {
  const std::uint64_t width = hash.rule().context_width();
  Ones ones;
  ones.by_layer.resize(hash.layers());
  for (std::uint64_t at = width; at < output.size(); ++at) {
    const absl::Span<const TokenId> before = output.first(at);
    if (!hash.Marks(before, /*first=*/width)) continue;
    ++ones.tokens;
    const std::uint64_t context = hash.Context(before);
    for (std::size_t layer = 0; layer < hash.layers(); ++layer) {
      ones.by_layer[layer] += hash.G(context, output[at], layer) ? 1 : 0;
    }
  }
  return ones;
}

// Falling evenly from 10 to 1.
double RawWeight(std::size_t layer, std::size_t layers) {
  if (layers == 1) return 10.0;
  return 10.0 -
         9.0 * static_cast<double>(layer) / static_cast<double>(layers - 1);
}

double ChanceOfOne(const SynthIdRule& rule) {
  if (rule.hash == SynthIdRule::Hash::kDeepMind) return 0.5;
  double ones = 0.0;
  for (const std::int64_t bit : rule.table) ones += bit != 0 ? 1.0 : 0.0;
  return ones / static_cast<double>(rule.table.size());
}

}  // namespace

SynthIdScore ScoreSynthIdMark(const SynthIdRule& rule,
                              absl::Span<const TokenId> output) {
  const SynthIdHash hash(rule);
  const Ones ones = CountOnes(hash, output);
  if (ones.tokens == 0) return {};
  const std::size_t layers = hash.layers();
  double count = 0.0;
  double weighted = 0.0;
  double weights = 0.0;
  double squares = 0.0;
  for (std::size_t layer = 0; layer < layers; ++layer) {
    const double weight = RawWeight(layer, layers);
    const auto of_layer = static_cast<double>(ones.by_layer[layer]);
    count += of_layer;
    weighted += weight * of_layer;
    weights += weight;
    squares += weight * weight;
  }
  const auto n = static_cast<double>(ones.tokens);
  SynthIdScore score = {.tokens = ones.tokens,
                        .mean = count / (n * static_cast<double>(layers)),
                        .weighted_mean = weighted / (n * weights)};
  const double chance = ChanceOfOne(rule);
  const double deviation =
      std::sqrt(chance * (1.0 - chance) * squares / n) / weights;
  if (deviation > 0.0) score.z = (score.weighted_mean - chance) / deviation;
  return score;
}

}  // namespace sampler
