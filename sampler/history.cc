#include "sampler/history.h"

#include <algorithm>

namespace sampler {

HistoryView History::View(Scope scope, std::optional<std::int64_t> window,
                          std::int64_t ignore_first) const {
  HistoryView view;
  if (scope != Scope::kOutput) {
    const auto skip =
        std::min(prompt_->size(), static_cast<std::size_t>(ignore_first));
    view.first = prompt().subspan(skip);
  }
  if (scope != Scope::kPrompt) view.second = output_;
  if (window.has_value()) {
    const auto last = static_cast<std::size_t>(*window);
    const std::size_t from_second = std::min(last, view.second.size());
    const std::size_t from_first =
        std::min(last - from_second, view.first.size());
    view.second = view.second.last(from_second);
    view.first = view.first.last(from_first);
  }
  return view;
}

}  // namespace sampler
