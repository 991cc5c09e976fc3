#include "tools/compare/trainer/metrics.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

#include "sampler/arithmetic/numeric.h"

namespace sampler::tools {
namespace {

// Sequences listed of those whose ratio is farthest from 1.
constexpr std::size_t kFarthest = 10;

double Clamped(double log_ratio) {
  return std::clamp(log_ratio, -kMostLogRatio, kMostLogRatio);
}

// Mean, extremes and count of numbers, each with a weight.
class Tally {
 public:
  void Add(double x, double weight = 1.0) {
    sum_ += weight * x;
    squares_ += weight * x * x;
    weight_ += weight;
    least_ = std::min(least_, x);
    most_ = std::max(most_, x);
  }
  double mean() const { return sum_ / weight_; }
  double mean_of_squares() const { return squares_ / weight_; }
  double least() const { return least_; }
  double most() const { return most_; }

 private:
  double sum_ = 0;
  double squares_ = 0;
  double weight_ = 0;
  double least_ = std::numeric_limits<double>::infinity();
  double most_ = -std::numeric_limits<double>::infinity();
};

template <typename F>
void ForEachToken(const std::vector<TrainerSequence>& sequences, F f) {
  for (const TrainerSequence& sequence : sequences) {
    for (const TokenPair& token : sequence.tokens) f(token);
  }
}

double LengthOf(const TrainerSequence& sequence) {
  return static_cast<double>(sequence.tokens.size());
}

void FindCollapse(const std::vector<TrainerSequence>& sequences,
                  double threshold, TrainerMetrics& metrics) {
  const double bound = Log(threshold);
  for (const TrainerSequence& sequence : sequences) {
    const double log_ratio = sequence.log_ratio();
    if (std::fabs(log_ratio) <= bound) continue;
    ++metrics.collapsed;
    metrics.farthest.push_back({sequence.sequence, std::ssize(sequence.tokens),
                                -log_ratio / LengthOf(sequence), log_ratio});
  }
  std::stable_sort(metrics.farthest.begin(), metrics.farthest.end(),
                   [](const auto& a, const auto& b) {
                     return std::fabs(a.log_ratio) > std::fabs(b.log_ratio);
                   });
  if (metrics.farthest.size() > kFarthest) metrics.farthest.resize(kFarthest);
  Tally kl;
  ForEachToken(sequences, [&](const TokenPair& t) { kl.Add(-t.log_ratio()); });
  metrics.collapse_length = kl.mean() > 0.0
                                ? bound / kl.mean()
                                : std::numeric_limits<double>::infinity();
}

}  // namespace

double TrainerSequence::log_ratio() const {
  double sum = 0.0;
  for (const TokenPair& token : tokens) sum += token.log_ratio();
  return sum;
}

void TrainerTotals::Add(const RowPlace& place, const TrainerRow& row) {
  if (!std::isfinite(row.log_ratio())) {
    ++without_ratio_;
    return;
  }
  if (sequences_.empty() || sequences_.back().sequence != place.sequence) {
    sequences_.push_back({place.sequence, {}});
  }
  sequences_.back().tokens.push_back({row.rollout, row.trainer});
  if (std::isnan(row[Cause::kMask])) return;
  ++with_causes_;
  for (std::size_t c = 0; c < kCauses; ++c) {
    cause_sum_[c] += row.causes[c];
    cause_abs_[c] += std::fabs(row.causes[c]);
  }
}

TrainerMetrics TrainerTotals::Metrics() const {
  TrainerMetrics metrics;
  metrics.sequences = std::ssize(sequences_);
  metrics.without_ratio = without_ratio_;
  ForEachToken(sequences_, [&](const TokenPair&) { ++metrics.tokens; });
  if (metrics.tokens == 0) return metrics;
  const double threshold = options_.is_threshold;
  metrics.off_policy = OffPolicy(sequences_);
  metrics.is_token =
      ImportanceWeights(sequences_, WeightLevel::kToken, threshold);
  metrics.is_sequence =
      ImportanceWeights(sequences_, WeightLevel::kSequence, threshold);
  metrics.rejection = Rejections(sequences_, threshold);
  metrics.trl = TrlNumbers(sequences_, options_);
  metrics.tokens_with_causes = with_causes_;
  for (std::size_t c = 0; c < kCauses; ++c) {
    const auto count = static_cast<double>(with_causes_);
    metrics.cause_mean[c] = cause_sum_[c] / count;
    metrics.cause_abs[c] = cause_abs_[c] / count;
  }
  FindCollapse(sequences_, threshold, metrics);
  return metrics;
}

NamedNumbers OffPolicy(const std::vector<TrainerSequence>& sequences) {
  Tally kl;
  Tally k3;
  Tally squared;
  ForEachToken(sequences, [&](const TokenPair& token) {
    const double log_ratio = token.log_ratio();
    kl.Add(-log_ratio);
    k3.Add(Exp(log_ratio) - log_ratio - 1.0);
    squared.Add(Exp(2.0 * Clamped(log_ratio)));
  });
  Tally training_ppl;
  Tally training_log_ppl;
  Tally rollout_ppl;
  Tally rollout_log_ppl;
  Tally difference;
  Tally absolute;
  Tally ratio;
  Tally squared_sequence;
  for (const TrainerSequence& sequence : sequences) {
    Tally rollout;
    Tally trainer;
    for (const TokenPair& token : sequence.tokens) {
      rollout.Add(token.rollout);
      trainer.Add(token.trainer);
    }
    training_ppl.Add(Exp(-trainer.mean()));
    training_log_ppl.Add(-trainer.mean());
    rollout_ppl.Add(Exp(-rollout.mean()));
    rollout_log_ppl.Add(-rollout.mean());
    const double log_difference = rollout.mean() - trainer.mean();
    difference.Add(log_difference);
    absolute.Add(std::fabs(log_difference));
    ratio.Add(Exp(log_difference));
    squared_sequence.Add(Exp(2.0 * Clamped(sequence.log_ratio())));
  }
  return {{"kl", kl.mean()},
          {"k3_kl", k3.mean()},
          {"training_ppl", training_ppl.mean()},
          {"training_log_ppl", training_log_ppl.mean()},
          {"rollout_ppl", rollout_ppl.mean()},
          {"rollout_log_ppl", rollout_log_ppl.mean()},
          {"log_ppl_diff", difference.mean()},
          {"log_ppl_abs_diff", absolute.mean()},
          {"log_ppl_diff_max", difference.most()},
          {"log_ppl_diff_min", difference.least()},
          {"ppl_ratio", ratio.mean()},
          {"chi2_token", squared.mean() - 1.0},
          {"chi2_seq", squared_sequence.mean() - 1.0}};
}

NamedNumbers ImportanceWeights(const std::vector<TrainerSequence>& sequences,
                               WeightLevel level, double threshold) {
  const bool by_sequence = level == WeightLevel::kSequence;
  Tally weight;  // Truncated at the threshold.
  Tally high;    // Shares of ratios beyond the bounds.
  Tally low;
  Tally outside;
  Tally log_ratios;  // Of sequences: extremes are those before truncation.
  for (const TrainerSequence& sequence : sequences) {
    const double of_sequence = sequence.log_ratio();
    for (const TokenPair& token : sequence.tokens) {
      const double log_ratio =
          Clamped(by_sequence ? of_sequence : token.log_ratio());
      const double raw = Exp(log_ratio);
      weight.Add(std::min(raw, threshold));
      outside.Add(raw > threshold || raw < 1.0 / threshold ? 1.0 : 0.0);
      if (by_sequence) continue;
      high.Add(raw > threshold ? 1.0 : 0.0);
      low.Add(raw < 1.0 / threshold ? 1.0 : 0.0);
    }
    if (!by_sequence) continue;
    log_ratios.Add(of_sequence);
    high.Add(of_sequence > Log(threshold) ? 1.0 : 0.0);
    low.Add(of_sequence < -Log(threshold) ? 1.0 : 0.0);
  }
  const double mean = weight.mean();
  const double variance = weight.mean_of_squares() - mean * mean;
  return {
      {"rollout_is_mean", mean},
      {"rollout_is_std", std::sqrt(std::max(0.0, variance))},
      {"rollout_is_min",
       by_sequence ? Exp(log_ratios.least()) : weight.least()},
      {"rollout_is_max", by_sequence
                             ? Exp(std::min(log_ratios.most(), kMostLogRatio))
                             : weight.most()},
      {"rollout_is_eff_sample_size", mean * mean / weight.mean_of_squares()},
      {"rollout_is_ratio_fraction_high", high.mean()},
      {"rollout_is_ratio_fraction_low", low.mean()},
      {"rollout_is_oob_ratio", outside.mean()}};
}

}  // namespace sampler::tools
