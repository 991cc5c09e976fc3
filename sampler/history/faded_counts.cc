#include "sampler/history/faded_counts.h"

namespace sampler {

FadedTokens FadedCounts::Of(const HistoryView& view, std::int64_t full,
                            std::int64_t decay, std::int64_t vocabulary_size) {
  if (place_.size() < static_cast<std::size_t>(vocabulary_size)) {
    place_.resize(static_cast<std::size_t>(vocabulary_size));
  }
  tokens_.clear();
  most_.clear();
  sums_.clear();
  for (std::size_t d = 1; d <= view.size(); ++d) {
    const std::int64_t beyond = static_cast<std::int64_t>(d) - full;
    if (beyond >= decay) break;
    const std::int64_t units = beyond > 0 ? decay - beyond : decay;
    const TokenId token = view[view.size() - d];
    std::uint32_t& place = place_[static_cast<std::size_t>(token)];
    if (place == 0) {
      tokens_.push_back(token);
      most_.push_back(units);
      sums_.push_back(0);
      place = static_cast<std::uint32_t>(tokens_.size());
    }
    sums_[place - 1] += units;
  }
  for (const TokenId token : tokens_) {
    place_[static_cast<std::size_t>(token)] = 0;
  }
  return {tokens_, most_, sums_};
}

}  // namespace sampler
