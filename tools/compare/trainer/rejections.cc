// What verl would reject, and TRL's numbers.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>

#include "absl/strings/str_cat.h"
#include "sampler/arithmetic/numeric.h"
#include "tools/compare/trainer/metrics.h"

namespace sampler::tools {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// k1, k2 and k3 of a token.
std::array<double, 3> Estimators(const TokenPair& token) {
  const double log_ratio =
      std::clamp(token.log_ratio(), -kMostLogRatio, kMostLogRatio);
  return {-log_ratio, 0.5 * log_ratio * log_ratio,
          Exp(log_ratio) - 1.0 - log_ratio};
}

// How tokens become the statistic that is held against the bounds.
enum class Over { kToken, kSum, kMean, kMax };

const char* OverName(Over over) {
  switch (over) {
    case Over::kToken:
      return "token";
    case Over::kSum:
      return "seq_sum";
    case Over::kMean:
      return "seq_mean";
    case Over::kMax:
      break;
  }
  return "seq_max";
}

// The statistic of every token of a sequence.
std::vector<double> Statistics(const TrainerSequence& sequence, Over over,
                               std::size_t k) {
  std::vector<double> values;
  double sum = 0.0;
  double most = -kInfinity;
  for (const TokenPair& token : sequence.tokens) {
    values.push_back(Estimators(token)[k]);
    sum += values.back();
    most = std::max(most, values.back());
  }
  const auto count = static_cast<double>(values.size());
  if (over == Over::kSum) std::fill(values.begin(), values.end(), sum);
  if (over == Over::kMean) std::fill(values.begin(), values.end(), sum / count);
  if (over == Over::kMax) std::fill(values.begin(), values.end(), most);
  return values;
}

// The numbers of one rule.
void AddRule(const std::vector<TrainerSequence>& sequences, Over over,
             std::size_t k, double limit, NamedNumbers& numbers) {
  double sum = 0.0;
  double most = -kInfinity;
  std::int64_t tokens = 0;
  std::int64_t masked = 0;
  std::int64_t masked_sequences = 0;
  for (const TrainerSequence& sequence : sequences) {
    bool any = false;
    for (const double value : Statistics(sequence, over, k)) {
      // Of k1, whose sign says which side is likelier, both ends are held.
      const bool out = value > limit || (k == 0 && value < -limit);
      ++tokens;
      masked += out ? 1 : 0;
      any |= out;
      sum += value;
      most = std::max(most, value);
    }
    masked_sequences += any ? 1 : 0;
  }
  const std::string name =
      absl::StrCat("rollout_rs_", OverName(over), "_k", k + 1);
  const auto count = static_cast<double>(tokens);
  numbers.emplace_back(name + "_mean", sum / count);
  numbers.emplace_back(name + "_max", most);
  numbers.emplace_back(name + "_masked_fraction",
                       static_cast<double>(masked) / count);
  numbers.emplace_back(name + "_seq_masked_fraction",
                       static_cast<double>(masked_sequences) /
                           static_cast<double>(sequences.size()));
}

// Least, mean and largest of TRL's ratios.
struct Ratios {
  double sum = 0;
  double least = kInfinity;
  double most = -kInfinity;
  std::int64_t count = 0;

  void Add(double ratio) {
    sum += ratio;
    least = std::min(least, ratio);
    most = std::max(most, ratio);
    ++count;
  }
  void AppendTo(const std::string& mode, NamedNumbers& numbers) const {
    const std::string name =
        absl::StrCat("importance_sampling_ratio/", mode, "/");
    numbers.emplace_back(name + "min", least);
    numbers.emplace_back(name + "mean", sum / static_cast<double>(count));
    numbers.emplace_back(name + "max", most);
  }
};

}  // namespace

NamedNumbers Rejections(const std::vector<TrainerSequence>& sequences,
                        double threshold) {
  const double log = Log(threshold);
  const std::array<double, 3> limits = {log, 0.5 * log * log,
                                        threshold - 1.0 - log};
  NamedNumbers numbers;
  for (const Over over : {Over::kToken, Over::kSum, Over::kMean, Over::kMax}) {
    for (std::size_t k = over == Over::kMax ? 1 : 0; k < 3; ++k) {
      AddRule(sequences, over, k, limits[k], numbers);
    }
  }
  return numbers;
}

NamedNumbers TrlNumbers(const std::vector<TrainerSequence>& sequences,
                        const TrainerOptions& options) {
  Ratios difference;
  std::array<Ratios, 4> ratios;
  std::int64_t off_policy = 0;
  const auto add = [&](double ratio, std::size_t truncated) {
    ratios[truncated].Add(std::min(ratio, options.clip));
    ratios[truncated + 1].Add(ratio > options.clip ? 0.0 : ratio);
  };
  for (const TrainerSequence& sequence : sequences) {
    for (const TokenPair& token : sequence.tokens) {
      difference.Add(std::fabs(token.log_ratio()));
      add(Exp(token.log_ratio()), 0);
    }
    const double log_ratio = sequence.log_ratio();
    add(Exp(log_ratio), 2);
    const double kl = -log_ratio / static_cast<double>(sequence.tokens.size());
    off_policy += kl > options.off_policy_threshold ? 1 : 0;
  }
  NamedNumbers numbers = {
      {"sampling_logp_difference/mean",
       difference.sum / static_cast<double>(difference.count)},
      {"sampling_logp_difference/max", difference.most}};
  const char* const modes[] = {"token_truncate", "token_mask",
                               "sequence_truncate", "sequence_mask"};
  for (std::size_t m = 0; m < ratios.size(); ++m) {
    ratios[m].AppendTo(modes[m], numbers);
  }
  numbers.emplace_back(
      "off_policy_mask/fraction",
      static_cast<double>(off_policy) / static_cast<double>(sequences.size()));
  return numbers;
}

}  // namespace sampler::tools
