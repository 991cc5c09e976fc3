// The numbers that verl and TRL log about a rollout and its trainer, under
// their names: how far apart the logprobs are, and what becomes of importance
// weights.
//
// rho = p_train / p_rollout of a token; of a sequence the product. verl 0.9.1
// (rollout_corr_helper.py): kl = mean(-ln rho), k3_kl = mean(rho - ln rho - 1),
// perplexities by sequence, chi2 of tokens and of sequences, weights clamped at
// `is_threshold` (truncated importance sampling, TIS), and the statistics by
// which it rejects tokens and sequences. TRL 1.16 (grpo_trainer.py): the
// absolute difference, and the ratio in its four modes with `clip`, of which
// token_mask is masked importance sampling (MIS). In exponents ln rho is
// clamped to +-20, as verl does.
//
// Rejections are counted at one ratio, is_threshold, in the unit of each
// statistic: k1 outside [-ln C, ln C], k2 above (ln C)^2 / 2, k3 above
// C - 1 - ln C.
//
// Tokens that one side cannot draw have no ratio: they are counted, and left
// out.
//
// Thread-safety: one thread at a time.
// Cost: memory of 16 bytes a token.
// Source: verl 0.9.1, TRL 1.16.
// Tested by: tests/tools/compare/trainer/trainer_metrics_test.cc, against the
//   formulas restated over all tokens in long double, and in Python with verl's
//   own code where that is installed.

#ifndef SAMPLER_TOOLS_COMPARE_TRAINER_METRICS_H_
#define SAMPLER_TOOLS_COMPARE_TRAINER_METRICS_H_

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "tools/compare/trainer/row.h"
#include "tools/options/run_options.h"

namespace sampler::tools {

struct TrainerOptions {
  double is_threshold = 2.0;  // verl's rollout_is_threshold.
  double clip = 3.0;          // TRL's vllm_importance_sampling_clip_max.
  double off_policy_threshold = 0.5;  // TRL's off_policy_mask_threshold.
};

// A sequence's ratio that is out of bounds.
struct CollapsedSequence {
  std::int64_t sequence = 0;
  std::int64_t tokens = 0;
  double kl = 0;         // Of a token, on average.
  double log_ratio = 0;  // Of the sequence: -tokens * kl.
};

using NamedNumbers = std::vector<std::pair<std::string, double>>;

struct TrainerMetrics {
  std::int64_t tokens = 0;
  std::int64_t sequences = 0;
  std::int64_t without_ratio = 0;  // Tokens that one side cannot draw.
  NamedNumbers off_policy;         // kl, k3_kl, training_ppl, ...
  NamedNumbers is_token;           // rollout_is_mean, ... with token weights
  NamedNumbers is_sequence;        // and with sequence weights.
  NamedNumbers rejection;          // rollout_rs_token_k1_mean, ...
  NamedNumbers trl;                // sampling_logp_difference/mean, ...
  // Mean of each cause's part of ln rho, and of its absolute value.
  std::array<double, kCauses> cause_mean = {};
  std::array<double, kCauses> cause_abs = {};
  std::int64_t tokens_with_causes = 0;
  // Sequences whose weight left [1 / C, C], the farthest first, and how long a
  // sequence is whose expected log ratio just reaches ln C.
  std::int64_t collapsed = 0;
  std::vector<CollapsedSequence> farthest;
  double collapse_length = 0;
};

// The two logprobs of a token.
struct TokenPair {
  double rollout = 0;
  double trainer = 0;

  double log_ratio() const { return trainer - rollout; }
};

// The tokens of a sequence that have a ratio.
struct TrainerSequence {
  std::int64_t sequence = 0;
  std::vector<TokenPair> tokens;

  double log_ratio() const;  // Of the sequence.
};

class TrainerTotals {
 public:
  explicit TrainerTotals(const TrainerOptions& options) : options_(options) {}

  // Rows of one sequence come one after another.
  void Add(const RowPlace& place, const TrainerRow& row);

  TrainerMetrics Metrics() const;

 private:
  const TrainerOptions options_;
  std::int64_t without_ratio_ = 0;
  std::array<double, kCauses> cause_sum_ = {};
  std::array<double, kCauses> cause_abs_ = {};
  std::int64_t with_causes_ = 0;
  std::vector<TrainerSequence> sequences_;
};

// ---- Parts of Metrics, pure functions of the tokens ----------------------

NamedNumbers OffPolicy(const std::vector<TrainerSequence>& sequences);
// Importance weights of tokens, or of whole sequences.
enum class WeightLevel { kToken, kSequence };
NamedNumbers ImportanceWeights(const std::vector<TrainerSequence>& sequences,
                               WeightLevel level, double threshold);
NamedNumbers Rejections(const std::vector<TrainerSequence>& sequences,
                        double threshold);
NamedNumbers TrlNumbers(const std::vector<TrainerSequence>& sequences,
                        const TrainerOptions& options);

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_COMPARE_TRAINER_METRICS_H_
