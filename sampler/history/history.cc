#include "sampler/history/history.h"

#include <algorithm>
#include <utility>

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
  return window.has_value() ? view.Last(static_cast<std::size_t>(*window))
                            : view;
}

}  // namespace sampler
