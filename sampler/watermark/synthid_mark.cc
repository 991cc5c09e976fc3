#include "sampler/watermark/synthid_mark.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

namespace sampler {
namespace {

// How many bits of each layer are 1, and of each token.
struct Ones {
  std::vector<std::int64_t> by_layer;
  MarkEvidence evidence;
};

Ones CountOnes(const SynthIdHash& hash, absl::Span<const TokenId> output) {
  const std::uint64_t width = hash.rule().context_width();
  Ones ones;
  ones.by_layer.resize(hash.layers());
  ones.evidence.left_out =
      static_cast<std::int64_t>(std::min<std::uint64_t>(width, output.size()));
  for (std::uint64_t at = width; at < output.size(); ++at) {
    const absl::Span<const TokenId> before = output.first(at);
    if (!hash.Marks(before, /*first=*/width)) {
      ++ones.evidence.repeated;
      continue;
    }
    const std::uint64_t context = hash.Context(before);
    double of_token = 0.0;
    for (std::size_t layer = 0; layer < hash.layers(); ++layer) {
      if (!hash.G(context, output[at], layer)) continue;
      ++ones.by_layer[layer];
      of_token += 1.0;
    }
    Count(at, of_token, ones.evidence);
  }
  return ones;
}

// Falling evenly from 10 to 1.
double RawWeight(std::size_t layer, std::size_t layers) {
  if (layers == 1) return 10.0;
  return 10.0 -
         9.0 * static_cast<double>(layer) / static_cast<double>(layers - 1);
}

SynthIdScore ScoreOf(const SynthIdRule& rule, const Ones& ones) {
  if (ones.evidence.tokens == 0) return {};
  const std::size_t layers = rule.keys.size();
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
  const auto n = static_cast<double>(ones.evidence.tokens);
  SynthIdScore score = {.tokens = ones.evidence.tokens,
                        .mean = count / (n * static_cast<double>(layers)),
                        .weighted_mean = weighted / (n * weights)};
  const double chance = SynthIdChance(rule);
  const double deviation =
      std::sqrt(chance * (1.0 - chance) * squares / n) / weights;
  if (deviation > 0.0) score.z = (score.weighted_mean - chance) / deviation;
  return score;
}

}  // namespace

double SynthIdChance(const SynthIdRule& rule) {
  if (rule.hash == SynthIdRule::Hash::kDeepMind) return 0.5;
  double ones = 0.0;
  for (const std::int64_t bit : rule.table) ones += bit != 0 ? 1.0 : 0.0;
  return ones / static_cast<double>(rule.table.size());
}

SynthIdScore ScoreSynthIdMark(const SynthIdRule& rule,
                              absl::Span<const TokenId> output) {
  return ScoreOf(rule, CountOnes(SynthIdHash(rule), output));
}

MarkEvidence FindSynthIdMark(const SynthIdRule& rule, const MarkedText& text) {
  Ones ones = CountOnes(SynthIdHash(rule), text.output);
  const double chance = SynthIdChance(rule);
  // A table of equal bits tells nothing.
  if (chance > 0.0 && chance < 1.0) {
    JudgeTrials(
        chance,
        ones.evidence.tokens * static_cast<std::int64_t>(rule.keys.size()),
        ones.evidence);
  }
  ones.evidence.z = ScoreOf(rule, ones).z;
  return std::move(ones.evidence);
}

}  // namespace sampler
