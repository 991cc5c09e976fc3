#include "sampler/speculative/residual.h"

#include <algorithm>
#include <cmath>

#include "sampler/speculative/rejection.h"

namespace sampler::speculative {

Residual::Residual(const ProbabilityRecord& target, double scale)
    : target_(target) {
  values_.reserve(target.ids().size());
  for (const Weight weight : target.weights()) {
    values_.push_back(scale * Ratio(weight, target.total()));
  }
}

double Residual::Of(TokenId token) const {
  const absl::Span<const TokenId> ids = target_.ids();
  const auto at = std::lower_bound(ids.begin(), ids.end(), token);
  if (at == ids.end() || *at != token) return 0.0;
  return values_[static_cast<std::size_t>(at - ids.begin())];
}

double Residual::Subtract(const ProbabilityRecord& draft) {
  for (std::size_t i = 0; i < values_.size(); ++i) {
    values_[i] = std::max(values_[i] - draft.Of(target_.ids()[i]), 0.0);
  }
  return Sum();
}

void Residual::Remove(TokenId token) {
  for (std::size_t i = 0; i < values_.size(); ++i) {
    if (target_.ids()[i] == token) values_[i] = 0.0;
  }
}

double Residual::Sum() const {
  double sum = 0.0;
  for (const double value : values_) sum += value;
  return sum;
}

void Residual::Normalize() {
  const double sum = Sum();
  if (!(sum > 0.0)) return;
  for (double& value : values_) value /= sum;
}

TokenId Residual::Draw(std::uint64_t bits) const {
  const double largest =
      values_.empty() ? 0.0 : *std::max_element(values_.begin(), values_.end());
  if (!(largest > 0.0)) return DrawFrom(target_, bits);
  std::vector<Weight> weights;
  weights.reserve(values_.size());
  Mass total = 0;
  for (const double value : values_) {
    weights.push_back(static_cast<Weight>(std::rint(value / largest * 0x1p51)));
    total += weights.back();
  }
  ProbabilityRecord record;
  record.Set(target_.ids(), weights, total);
  return DrawFrom(record, bits);
}

}  // namespace sampler::speculative
