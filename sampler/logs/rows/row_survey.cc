#include "sampler/logs/rows/row_survey.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <limits>
#include <numeric>

#include "sampler/arithmetic/numeric.h"
#include "sampler/candidate.h"

namespace sampler::logs {
namespace {

RowStatistics CountValues(absl::Span<const double> values) {
  RowStatistics statistics;
  statistics.maximum = -std::numeric_limits<double>::infinity();
  statistics.minimum = std::numeric_limits<double>::infinity();
  for (const double value : values) {
    if (std::isnan(value)) {
      ++statistics.nans;
    } else if (std::isinf(value)) {
      ++(value > 0 ? statistics.positive_infinities
                   : statistics.negative_infinities);
    } else {
      statistics.maximum = std::max(statistics.maximum, value);
      statistics.sum += value;
      if (value < statistics.minimum) {
        statistics.minimum = value;
        statistics.at_minimum = 0;
      }
      statistics.at_minimum += value == statistics.minimum ? 1 : 0;
    }
  }
  return statistics;
}

}  // namespace

double RowStatistics::Logprob(double value) const {
  if (std::isinf(value)) return value;
  return std::max((value - maximum) - log_sum,
                  std::numeric_limits<double>::lowest());
}

RowStatistics RowSurveyor::Measure(const Logits& row) {
  values_.resize(row.size());
  row.Load(0, row.size(), values_.data());
  RowStatistics statistics = CountValues(values_);
  if (!statistics.broken()) MeasureSoftmax(statistics);
  return statistics;
}

void RowSurveyor::TakeLogarithms(RowStatistics& statistics) {
  for (double& value : values_) value = sampler::Log(value);
  statistics.maximum = sampler::Log(statistics.maximum);
  statistics.minimum = sampler::Log(statistics.minimum);
  MeasureSoftmax(statistics);
}

void RowSurveyor::MeasureSoftmax(RowStatistics& statistics) {
  candidates_.Begin(Logits(values_));
  statistics.log_sum = candidates_.LogSum();
  statistics.log_sum_exp = statistics.maximum + statistics.log_sum;
  statistics.entropy = candidates_.Entropy();
  FindTies(statistics);
}

void RowSurveyor::FindTies(RowStatistics& statistics) {
  constexpr auto kRanked = static_cast<std::size_t>(kTieRanks.back()) + 1;
  ranked_ = values_;
  const std::size_t count = std::min(kRanked, ranked_.size());
  const auto end = ranked_.begin() + static_cast<std::ptrdiff_t>(count);
  std::nth_element(ranked_.begin(), end - 1, ranked_.end(), std::greater<>());
  std::sort(ranked_.begin(), end, std::greater<>());
  for (std::size_t i = 0; i < kTieRanks.size(); ++i) {
    const auto rank = static_cast<std::size_t>(kTieRanks[i]);
    // Removed tokens (-inf) are no candidates and cannot tie.
    statistics.ties[i] = rank < count && ranked_[rank - 1] == ranked_[rank] &&
                         std::isfinite(ranked_[rank]);
  }
}

std::vector<TopToken> RowSurveyor::Top(int count,
                                       const RowStatistics& statistics) const {
  std::vector<TokenId> ids(values_.size());
  std::iota(ids.begin(), ids.end(), 0);
  const auto value = [this](TokenId id) {
    return values_[static_cast<std::size_t>(id)];
  };
  const auto end = ids.begin() + std::min<std::ptrdiff_t>(std::max(count, 0),
                                                          std::ssize(ids));
  std::partial_sort(ids.begin(), end, ids.end(), [&](TokenId a, TokenId b) {
    return value(a) > value(b) || (value(a) == value(b) && a < b);
  });
  std::vector<TopToken> top;
  for (auto id = ids.begin(); id != end; ++id) {
    const double logprob = statistics.Logprob(value(*id));
    top.push_back({*id, value(*id), logprob, Exp(logprob)});
  }
  return top;
}

}  // namespace sampler::logs
