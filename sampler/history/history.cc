#include "sampler/history/history.h"

#include <algorithm>
#include <utility>

namespace sampler {
namespace {

// Are they the same piece of memory?
bool SamePlace(absl::Span<const std::int32_t> a,
               absl::Span<const std::int32_t> b) {
  return a.data() == b.data() && a.size() == b.size();
}

}  // namespace

HistoryView History::View(Scope scope, std::optional<std::int64_t> window,
                          std::int64_t ignore_first) const {
  HistoryView view;
  if (scope != Scope::kOutput) {
    const auto skip =
        std::min(prompt_->size(), static_cast<std::size_t>(ignore_first));
    view.first = prompt().subspan(skip);
  }
  if (scope != Scope::kPrompt) view.second = output_;
  return window.has_value() ? view.Last(static_cast<std::size_t>(*window))
                            : view;
}

absl::Span<const TokenCount> TokenCounts::Of(const HistoryView& view) {
  if (!known_ || !SamePlace(view.first, counted_.first) ||
      !SamePlace(view.second, counted_.second)) {
    distinct_.resize(std::max(distinct_.size(), view.size()));
    std::size_t n = 0;
    for (const absl::Span<const std::int32_t> part :
         {view.first, view.second}) {
      for (const std::int32_t token : part) {
        // Without a branch: whether a token is new is hard to predict.
        distinct_[n].token = token;
        n += count_[static_cast<std::size_t>(token)]++ == 0 ? 1u : 0u;
      }
    }
    for (std::size_t i = 0; i < n; ++i) {
      distinct_[i].count = std::exchange(
          count_[static_cast<std::size_t>(distinct_[i].token)], 0u);
    }
    distinct_count_ = n;
    counted_ = view;
    known_ = true;
  }
  return {distinct_.data(), distinct_count_};
}

}  // namespace sampler
