#include "sampler/history/token_counts.h"

#include <utility>

#include "sampler/candidate.h"

namespace sampler {
namespace {

// Are they the same piece of memory?
bool SamePlace(absl::Span<const TokenId> a, absl::Span<const TokenId> b) {
  return a.data() == b.data() && a.size() == b.size();
}

}  // namespace

CountedTokens TokenCounts::Of(const HistoryView& view) {
  if (!known_ || !SamePlace(view.first, counted_.first) ||
      !SamePlace(view.second, counted_.second)) {
    if (tokens_.size() < view.size()) {
      // What tells the size grows last, lest memory run out in between.
      counts_.resize(view.size());
      tokens_.resize(view.size());
    }
    std::size_t n = 0;
    for (const absl::Span<const TokenId> part : {view.first, view.second}) {
      for (const TokenId token : part) {
        // Without a branch: whether a token is new is hard to predict.
        tokens_[n] = token;
        n += count_[static_cast<std::size_t>(token)]++ == 0 ? 1u : 0u;
      }
    }
    for (std::size_t i = 0; i < n; ++i) {
      counts_[i] =
          std::exchange(count_[static_cast<std::size_t>(tokens_[i])], 0u);
    }
    distinct_ = n;
    counted_ = view;
    known_ = true;
  }
  return {{tokens_.data(), distinct_}, {counts_.data(), distinct_}};
}

}  // namespace sampler
