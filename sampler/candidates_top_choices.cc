// Excluding the top choices of Candidates: for certain, and in expectation.

#include <algorithm>
#include <cassert>

#include "sampler/candidates.h"
#include "sampler/numeric.h"

namespace sampler {

Mass Candidates::FindExcluded(const TopChoices& rule) const {
  const auto is_protected = [&](TokenId id) {
    return std::binary_search(rule.protect.begin(), rule.protect.end(), id);
  };
  const bool exempt = rule.protect_rule == ProtectRule::kExempt;
  const double max = Max();
  Mass mass = 0;
  std::size_t last = 0;  // In excluded_; by <=, the last id of equal logits.
  double last_logit = 0.0;
  excluded_.clear();
  const auto consider = [&](TokenId id, double logit, Weight weight) {
    if (exempt && is_protected(id)) return;
    if (excluded_.empty() || logit <= last_logit) {
      last = excluded_.size();
      last_logit = logit;
    }
    excluded_.push_back(id);
    mass += weight;
  };
  if (HasBounds() &&
      GatherHeavy({Target(rule.threshold, filter_.Total().low),
                   Target(rule.threshold, filter_.Total().high)})) {
    for (std::size_t i = 0; i < gathered_.size(); ++i) {
      consider(gathered_.ids()[i], gathered_.logits()[i], weights_[i]);
    }
  } else {
    const Mass least = Target(rule.threshold, TotalMass());
    const auto consider_heavy = [&](TokenId id, double logit, Weight weight) {
      if (weight >= least) consider(id, logit, weight);
    };
    if (least > 0) {
      ForEachWeighted(consider_heavy);
    } else {
      // Also candidates without weight.
      ForEach([&](TokenId id, double logit) {
        consider_heavy(id, logit, kernels::ComputeWeight(logit, max));
      });
    }
  }
  if (excluded_.empty()) return 0;
  mass -= kernels::ComputeWeight(last_logit, max);
  excluded_.erase(excluded_.begin() + static_cast<std::ptrdiff_t>(last));
  const auto remaining = Count() - static_cast<std::int64_t>(excluded_.size());
  if (remaining < rule.min_keep ||
      (!exempt &&
       std::any_of(excluded_.begin(), excluded_.end(), is_protected))) {
    excluded_.clear();
  }
  return excluded_.empty() ? Mass{0} : mass;
}

void Candidates::ExcludeTopChoices(const TopChoices& rule) {
  BeginTruncation();
  FindExcluded(rule);
  if (dense_form_) {
    for (const TokenId id : excluded_) Remove(id);
  } else {
    auto next = excluded_.begin();
    list_.Filter([&](std::size_t i) {
      if (next == excluded_.end() || *next != list_.ids()[i]) return true;
      ++next;
      return false;
    });
  }
  Changed();
  EndTruncation();
}

void Candidates::DampTopChoices(const TopChoices& rule, double chance) {
  assert(0.0 <= chance && chance < 1.0);
  const Mass total = TotalMass();
  const Mass mass = FindExcluded(rule);
  // Where the others have no mass, there is nothing to scale.
  if (excluded_.empty() || mass == total) return;
  const double damping = Log(1.0 - chance);
  const double gain = Log(1.0 + chance * Ratio(mass, total - mass));
  Transform([&](TokenId id, double logit) {
    const bool excluded =
        std::binary_search(excluded_.begin(), excluded_.end(), id);
    return logit + (excluded ? damping : gain);
  });
}

}  // namespace sampler
