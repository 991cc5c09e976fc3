#include "sampler/history/phases.h"

#include <algorithm>
#include <utility>

#include "sampler/candidate.h"
#include "sampler/history/history.h"

namespace sampler {
namespace {

bool EndsWithAny(const HistoryView& text,
                 const std::vector<std::vector<TokenId>>& sequences) {
  return std::any_of(
      sequences.begin(), sequences.end(),
      [&](const auto& sequence) { return text.EndsWith(sequence); });
}

}  // namespace

bool PhaseTrack::AnyIsOpen() const {
  return std::any_of(states_.begin(), states_.end(),
                     [](const PhaseState& state) { return state.open(); });
}

void PhaseTrack::Begin(std::shared_ptr<const PhaseRules> rules,
                       const HistoryView& text) {
  rules_ = std::move(rules);
  states_.clear();
  changes_.clear();
  last_change_ = -1;
  if (rules_ == nullptr) return;
  states_.resize(rules_->phases.size());
  for (std::size_t n = 1; n <= text.first.size(); ++n) {
    Follow({text.first.first(n), {}});
  }
  // A phase of `initially` is open at the first output token, unless the prompt
  // has opened it before.
  for (std::size_t i = 0; i < states_.size(); ++i) {
    if (!rules_->phases[i].initially || states_[i].open()) continue;
    Turn(i, static_cast<std::int64_t>(text.first.size()));
  }
  // A rollback takes back output alone.
  changes_.clear();
  for (std::size_t n = 1; n <= text.second.size(); ++n) {
    Follow({text.first, text.second.first(n)});
  }
}

void PhaseTrack::Follow(const HistoryView& text) {
  for (std::size_t i = 0; i < states_.size(); ++i) {
    const PhaseRule& rule = rules_->phases[i];
    if (!rule.prompt_counts && text.second.empty()) continue;
    const HistoryView counted =
        rule.prompt_counts ? text : HistoryView{{}, text.second};
    if (EndsWithAny(counted, states_[i].open() ? rule.end : rule.begin)) {
      Turn(i, static_cast<std::int64_t>(text.size()));
    }
  }
}

void PhaseTrack::Turn(std::size_t phase, std::int64_t place) {
  PhaseState& state = states_[phase];
  changes_.push_back({place, phase, state, last_change_});
  if (state.open()) {
    state.end = place;
  } else {
    state = {.begin = place};
  }
  last_change_ = place;
}

void PhaseTrack::Rollback(std::int64_t size) {
  while (!changes_.empty() && changes_.back().place > size) {
    const Change& change = changes_.back();
    states_[change.phase] = change.state;
    last_change_ = change.last_change;
    changes_.pop_back();
  }
}

}  // namespace sampler
