#include "tools/compare/metrics.h"

namespace sampler::tools {

const std::vector<SideMetric>& SideMetrics() {
  using Column = SideColumn;
  static const auto& metrics = *new std::vector<SideMetric>{
      {"entropy_raw", "entropy of the row as logged, nats",
       Column::kEntropyRaw},
      {"entropy", "entropy of what the chain leaves, nats", Column::kEntropy},
      {"varentropy", "its variance: sum q (ln q + H)^2", Column::kVarentropy},
      {"effective_size", "e^entropy", Column::kEffective},
      {"collision_size", "1 / sum q^2", Column::kCollision},
      {"kept", "tokens kept", Column::kKept},
      {"kept_p50", "tokens kept, median", Column::kKept, Form::kQuantile, false,
       0.5},
      {"kept_p90", "tokens kept, 90 % of the rows", Column::kKept,
       Form::kQuantile, false, 0.9},
      {"kept_p99", "tokens kept, 99 % of the rows", Column::kKept,
       Form::kQuantile, false, 0.99},
      {"kept_max", "tokens kept, at most", Column::kKept, Form::kQuantile,
       false, 1.0},
      {"kept_single", "share of rows with one survivor", Column::kSingle},
      {"kept_mass", "raw mass of what is kept", Column::kKeptMass},
      {"kl_to_raw", "KL(q, p): chain against row as logged", Column::kKlToRaw},
      {"kl_from_raw", "KL(p, q); infinite where the chain cuts a token",
       Column::kKlFromRaw},
      {"js_to_raw", "Jensen-Shannon divergence of the same", Column::kJsToRaw},
      {"tv_to_raw", "total variation of the same; agreement is 1 - tv",
       Column::kTvToRaw},
      {"independent_raw", "sum p q: how often two draws of their own agree",
       Column::kIndependentRaw},
      {"top_probability", "probability of the likeliest token", Column::kTop},
      {"greedy_share", "probability of the row's likeliest token",
       Column::kGreedyShare},
      {"top1_removed", "share of rows whose likeliest token is cut",
       Column::kTopRemoved},
      {"argmax_changed", "share of rows with another likeliest token",
       Column::kTopChanged},
      {"coverage", "share of logged tokens that can be drawn", Column::kCovered,
       Form::kMean, true},
      {"nll_raw", "-ln p of the logged token", Column::kNllRaw, Form::kMean,
       true},
      {"ppl_raw", "e^nll_raw", Column::kNllRaw, Form::kExpMean, true},
      {"nll", "-ln q of the logged token, where covered", Column::kNll,
       Form::kMean, true},
      {"ppl", "e^nll", Column::kNll, Form::kExpMean, true},
      {"eps_ppl", "perplexity with every token given eps", Column::kEpsilon,
       Form::kExpMean, true},
      {"sparsemax_score", "1: one-hot and right; 0: one-hot and wrong",
       Column::kSparsemax, Form::kMean, true},
      {"js_to_token", "Jensen-Shannon divergence to the logged token",
       Column::kJsToToken, Form::kMean, true},
      {"risk",
       "mass that the chain gives to tokens likelier to be wrong: "
       "ranked below the logged one",
       Column::kRisk, Form::kMean, true},
      {"ece", "calibration error of the likeliest token, ten bins",
       Column::kTopIsToken, Form::kCalibration, true},
      {"top1_accuracy", "share of rows whose likeliest token is the logged one",
       Column::kTopIsToken, Form::kMean, true},
      {"same", "share of draws that repeat the logged token", Column::kSame,
       Form::kMean, true}};
  return metrics;
}

const std::vector<PairMetric>& PairMetrics() {
  using Column = PairColumn;
  static const auto& metrics = *new std::vector<PairMetric>{
      {"agreement", "sum min(A, B): how often coupled draws can agree",
       Column::kAgreement},
      {"independent_agreement", "sum A B: how often two draws of their own do",
       Column::kIndependent},
      {"tv", "total variation, 1 - agreement", Column::kTv},
      {"js", "Jensen-Shannon divergence, at most ln 2", Column::kJs},
      {"kl_ab", "KL(A, B); infinite where B cuts what A keeps", Column::kKlAb},
      {"kl_ba", "KL(B, A); infinite where A cuts what B keeps", Column::kKlBa},
      {"jaccard", "kept by both, of what either keeps", Column::kJaccard},
      {"argmax_differs", "share of rows with another likeliest token",
       Column::kTopDiffers},
      {"draw_differs", "share of rows with another draw under one seed",
       Column::kDrawDiffers}};
  return metrics;
}

}  // namespace sampler::tools
