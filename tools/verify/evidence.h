// The verdict: evidence against the claim that a log was drawn as it says,
// token by token, as an e-value.
//
// An e-process is a gambler's wealth in bets that can win nothing on average
// if the claim is true. So by Ville's inequality the wealth of a true claim
// ever reaches 1 / alpha with probability at most alpha: however long the log,
// and however often it is looked at. The claim is refuted from there on.
//
// Three claims can be tested. q is what the chain leaves, w the replayed token.
//
// kSeed, the tokens of this seed. Under the claim, at every step, with
// probability at most eta anything at all is logged (Tolerance::mismatch_rate);
// otherwise a token c is logged in the place of w with probability at most
// N(c), what normal noise of deviation sigma makes of the margin (gls or cgs);
// N is 0 without sigma. The bets, for lambda1 >= eta and lambda2:
//
//   e(w) = (1 - lambda1) (1 - lambda2) / (1 - eta)
//   e(c) = min(lambda1 / eta,
//              e(w) + lambda2 (1 - lambda1) / (1 - eta) q(c) / N(c))
//
// Their mean is at most lambda1 + (1 - eta) (e(w) + lambda2 ... sum q) <= 1.
// The alternative bet on is a draw from q with other random numbers. Without
// any tolerance the first token that differs refutes the claim for certain. A
// mismatch within the margin of Tolerance::margin counts as w.
//
// kLaw, draws from q with whatever seed: the percentile of a token is uniform.
// The bets are the densities theta u^(theta - 1) and its mirror image, and the
// ratio of q at another temperature (q^beta, normed) to q. A removed token
// refutes the claim for certain, unless eta allows some.
//
// Several lambdas, thetas and betas are bet on at once, with equal shares of
// the wealth: the mean of e-processes is one.
//
// Thread-safety: one thread at a time.
// Cost: a few dozen multiplications a token.
// Source: Ville 1939; Ramdas et al., arXiv 2210.01948.
// Tested by: tests/tools/verify/evidence_test.cc (the mean of every bet by
//   enumeration), tests/tools/verify/error_rates_test.cc (false alarms).

#ifndef SAMPLER_TOOLS_VERIFY_EVIDENCE_H_
#define SAMPLER_TOOLS_VERIFY_EVIDENCE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/types/span.h"
#include "tools/options/run_options.h"
#include "tools/verify/token_check.h"

namespace sampler::tools {

// What a true claim may do.
struct Tolerance {
  double margin = 0.0;         // Mismatches up to this margin are none.
  double mismatch_rate = 0.0;  // eta, in [0, 1).
  double sigma = 0.0;          // 0: no noise.

  bool exact() const { return mismatch_rate == 0.0 && sigma == 0.0; }
};

// Which claim.
enum class Claim { kSeed, kLaw };

// Wealth that is spread evenly over strategies.
class Wealth {
 public:
  explicit Wealth(std::size_t strategies) : logs_(strategies, 0.0) {}

  // Multiplies the wealth of every strategy by e^factor. REQUIRES: as many
  // factors as strategies.
  void Multiply(absl::Span<const double> log_factors);

  // ln of the mean; +inf once a factor of a strategy that has not lost all was
  // infinite.
  double log_mean() const;

 private:
  std::vector<double> logs_;
};

class Evidence {
 public:
  // REQUIRES: 0 < alpha < 1, 0 <= mismatch_rate < 1, sigma >= 0.
  Evidence(Claim claim, const Tolerance& tolerance, double alpha);

  // The next token, in the order of the log. One that the log does not decide
  // changes nothing.
  void Add(const TokenCheck& check, const RowPlace& place);

  std::int64_t tokens() const { return tokens_; }
  double log_e() const { return log_e_; }            // Now.
  double highest_log_e() const { return highest_; }  // So far.
  // Where the wealth reached 1 / alpha first; it stays refuted.
  const std::optional<RowPlace>& refuted_at() const { return refuted_at_; }
  bool refuted() const { return refuted_at_.has_value(); }
  // Tokens that had been looked at by then.
  std::int64_t tokens_to_refute() const { return tokens_to_refute_; }

  // ln of every bet on a token. For tests: their mean under the claim is at
  // most 1.
  std::vector<double> LogFactors(const TokenCheck& check) const;

 private:
  struct Bet {
    double lambda1 = 0;
    double lambda2 = 0;
  };

  std::vector<double> SeedFactors(const TokenCheck& check) const;
  std::vector<double> LawFactors(const TokenCheck& check) const;

  const Claim claim_;
  const Tolerance tolerance_;
  const double threshold_;  // ln(1 / alpha).
  const std::vector<Bet> bets_;
  Wealth wealth_;
  std::int64_t tokens_ = 0;
  std::int64_t tokens_to_refute_ = 0;
  double log_e_ = 0;
  double highest_ = 0;
  std::optional<RowPlace> refuted_at_;
};

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_VERIFY_EVIDENCE_H_
