// Mirostat: keeps tokens of limited surprise. Feedback steers the limit mu so
// that the drawn tokens have a surprise of tau bits on average.
//
//   mu = 2 tau at first
//   version 2: kept = the tokens with -log2 p_i <= mu, at least the head
//   version 1: kept = the first max(1, trunc k),
//     t_i = ln((i+2)/(i+1)), b_i = l_i - l_(i+1), i = 0 .. min(m, N) - 2
//     s = sum t b / sum t^2,  e = s - 1
//     k = (e 2^mu / (1 - V^-e))^(1/s)
//     N the number of candidates, V the size of the vocabulary
//   when the drawn token x is accepted: mu -= eta (-log2 p(x) - tau)
//
// Version 1 fits a Zipf law of exponent s to the head of the order and solves
// for the number of tokens; version 2 needs no such assumption.
//
// Contract: tau > 0; eta >= 0, 0 freezes mu; m >= 2. No value is neutral.
//   Version 2 compares weights: w >= LeastMass(2^-mu, S) (mass.h), so tokens of
//   weight 0 are never kept. Version 1: if |e| < 2^-26, k is the limit for e ->
//   0, (2^mu / ln V)^(1/s); k above N, or infinite, keeps all; k of NaN keeps
//   one. mu stays finite. Accepting another token than the drawn one leaves mu
//   alone; a drawn token without weight counts as 71 bits, the least
//   probability there is.
// Options: surprise "truncated": p among the tokens kept (llama.cpp);
//   "original": among those before the cut (the authors' code).
// Thread-safety: immutable; any number of threads may call Apply.
// Cost: exact weights; version 1 sorts the first m.
// Source: arXiv 2007.14966.
// Tested by: tests/stages/truncations/mirostat_test.cc,
//   tests/stages/stages_memory_test.cc, tests/oracle_test.cc.

#ifndef SAMPLER_STAGES_TRUNCATIONS_MIROSTAT_H_
#define SAMPLER_STAGES_TRUNCATIONS_MIROSTAT_H_

#include <cstdint>

#include "sampler/candidates/candidates.h"
#include "sampler/candidates/probability_record.h"
#include "sampler/stages/registry.h"

namespace sampler {

class Mirostat final : public Stage {
 public:
  // How the cut follows from mu: by a Zipf law that fits the first m logits
  // (version 1), or by every token's own surprise (version 2).
  enum class Rule { kZipfLaw, kOwnSurprise };
  enum class Surprise { kTruncated, kOriginal };
  struct Options {
    Rule rule = Rule::kOwnSurprise;
    double tau = 5.0;
    double eta = 0.1;
    std::int64_t m = 100;
    Surprise surprise = Surprise::kTruncated;
  };

  static StageType Type();

  explicit Mirostat(const Options& options) : options_(options) {}

  void Apply(Candidates& candidates, const StepContext& step) const override;

  // State: mu.
  std::size_t StateSize() const override { return 1; }
  void InitializeState(absl::Span<double> state) const override;
  void UpdateState(TokenId token, const ProbabilityRecord& record,
                   absl::Span<double> state) const override;

 private:
  void Cut(Candidates& candidates, double mu,
           std::int64_t vocabulary_size) const;

  Options options_;
};

}  // namespace sampler

#endif  // SAMPLER_STAGES_TRUNCATIONS_MIROSTAT_H_
