#include "tools/verify/mass_line.h"

#include <algorithm>
#include <limits>
#include <numeric>

#include "sampler/arithmetic/numeric.h"
#include "sampler/arithmetic/weight.h"
#include "sampler/random/gumbel.h"
#include "sampler/random/murmur_noise.h"
#include "sampler/random/random.h"

namespace sampler::tools {

void MassLine::Fill(const Distribution& kept) {
  ids_.clear();
  logits_.clear();
  max_ = -std::numeric_limits<double>::infinity();
  kept.ForEach([&](TokenId id, double logit) {
    ids_.push_back(id);
    logits_.push_back(logit);
    max_ = std::max(max_, logit);
  });
  weights_.clear();
  total_ = 0;
  for (const double logit : logits_) {
    weights_.push_back(WeightOf(logit, max_));
    total_ += weights_.back();
  }
}

std::optional<std::size_t> MassLine::Find(TokenId token) const {
  const auto at = std::lower_bound(ids_.begin(), ids_.end(), token);
  if (at == ids_.end() || *at != token) return std::nullopt;
  return static_cast<std::size_t>(at - ids_.begin());
}

double MassLine::Share(std::size_t index) const {
  return ShareOf(weights_[index], ToDouble(total_));
}

MassLine::Interval MassLine::IntervalOf(std::size_t index,
                                        LineOrder order) const {
  const double own = logits_[index];
  Mass low = 0;
  for (std::size_t i = 0; i < ids_.size(); ++i) {
    const bool before =
        order == LineOrder::kId
            ? i < index
            : logits_[i] > own || (logits_[i] == own && i < index);
    if (before) low += weights_[i];
  }
  return {low, low + weights_[index]};
}

std::int64_t MassLine::Higher(std::size_t index) const {
  return std::count_if(
      logits_.begin(), logits_.end(),
      [own = logits_[index]](double logit) { return logit > own; });
}

std::vector<std::uint32_t> MassLine::Columns(LineOrder order) const {
  std::vector<std::uint32_t> columns(ids_.begin(), ids_.end());
  if (order == LineOrder::kId) return columns;
  std::vector<std::size_t> ranked(ids_.size());
  std::iota(ranked.begin(), ranked.end(), std::size_t{0});
  std::stable_sort(
      ranked.begin(), ranked.end(),
      [this](std::size_t a, std::size_t b) { return logits_[a] > logits_[b]; });
  for (std::size_t rank = 0; rank < ranked.size(); ++rank) {
    columns[ranked[rank]] = static_cast<std::uint32_t>(rank);
  }
  return columns;
}

const std::vector<double>& MassLine::Score(const Sequence& sequence,
                                           Noise noise, LineOrder columns) {
  const Coins coins = sequence.coins();
  const std::uint32_t position =
      RuntimePosition(sequence.history().prompt().size(), sequence.position());
  const double log_sum = Log(ToDouble(total_) * 0x1p-51);
  const std::vector<std::uint32_t> column = Columns(columns);
  scores_.assign(ids_.size(), -std::numeric_limits<double>::infinity());
  for (std::size_t i = 0; i < ids_.size(); ++i) {
    if (weights_[i] == 0) continue;
    const auto hash = [&] {
      return MurmurHash(coins.key(), position, column[i]);
    };
    switch (noise) {
      case Noise::kHouse:
        scores_[i] =
            logits_[i] + GumbelNoise(coins.Bits(Purpose::kTokenNoise,
                                                /*ordinal=*/0, column[i]));
        break;
      case Noise::kVllmV2:
        scores_[i] = static_cast<double>(static_cast<float>(logits_[i]) +
                                         VllmNoise(hash()));
        break;
      case Noise::kSglang:
        scores_[i] = ((logits_[i] - max_) - log_sum) + SglangNoise(hash());
        break;
    }
  }
  return scores_;
}

}  // namespace sampler::tools
