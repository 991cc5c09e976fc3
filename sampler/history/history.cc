#include "sampler/history/history.h"

#include <algorithm>
#include <utility>

#include "sampler/history/phases.h"

namespace sampler {

void History::FollowPhases(std::shared_ptr<const PhaseRules> rules) {
  phases_.Begin(std::move(rules), {prompt(), output()});
}

bool History::Follows(const PhaseRules& rules) const {
  return phases_.rules() == &rules ||
         (phases_.rules() != nullptr && *phases_.rules() == rules);
}

std::int64_t History::StretchBegin() const {
  const auto output_begin = static_cast<std::int64_t>(prompt_->size());
  const std::int64_t last = phases_.last_change();
  return last >= output_begin || phases_.AnyIsOpen() ? last : output_begin;
}

HistoryView History::View(Scope scope, std::optional<std::int64_t> window,
                          std::int64_t ignore_first) const {
  HistoryView view;
  if (scope == Scope::kPhase) {
    const auto begin = static_cast<std::size_t>(StretchBegin());
    const std::size_t of_prompt = std::min(begin, prompt_->size());
    ignore_first = std::max(ignore_first, static_cast<std::int64_t>(of_prompt));
    view.second = output().subspan(begin - of_prompt);
  } else if (scope != Scope::kPrompt) {
    view.second = output_;
  }
  if (scope != Scope::kOutput) {
    const auto skip =
        std::min(prompt_->size(), static_cast<std::size_t>(ignore_first));
    view.first = prompt().subspan(skip);
  }
  return window.has_value() ? view.Last(static_cast<std::size_t>(*window))
                            : view;
}

}  // namespace sampler
