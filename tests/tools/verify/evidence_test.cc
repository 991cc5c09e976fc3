// The bets of a verdict: under the claim none of them wins anything on average,
// whatever the claim allows. By enumeration over a small vocabulary.

#include "tools/verify/evidence.h"

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include "gtest/gtest.h"
#include "sampler/arithmetic/numeric.h"
#include "tools/verify/normal.h"

namespace sampler::tools::evidence_test {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// A row's tokens as a checker would judge them; the first is the replayed one.
std::vector<TokenCheck> RandomChecks(std::mt19937_64& random, double sigma,
                                     bool by_mass) {
  std::uniform_real_distribution<double> uniform(0.0, 1.0);
  std::vector<double> q(6);
  double sum = 0.0;
  for (double& x : q) sum += x = std::pow(uniform(random), 3.0);
  std::vector<TokenCheck> checks(8);
  for (std::size_t i = 0; i < checks.size(); ++i) {
    TokenCheck& check = checks[i];
    check.exact_match = i == 0;
    check.removed = i >= q.size();
    check.prob = check.removed ? 0.0 : q[i] / sum;
    check.margin = i == 0          ? 0.0
                   : check.removed ? kInfinity
                                   : 4.0 * sigma * uniform(random);
    const double log_noise =
        LogNormalTail(check.margin / (std::sqrt(2.0) * sigma));
    (by_mass ? check.cgs : check.gls) = log_noise;
  }
  return checks;
}

// The largest mean of a bet that the claim allows: with probability eta the
// worst token, else noise that puts each other token in as often as N(c) lets
// it (the most gainful first), and the replayed one in the rest.
double WorstMean(const std::vector<double>& factors,
                 const std::vector<TokenCheck>& checks, double eta,
                 double sigma) {
  const double worst = *std::max_element(factors.begin(), factors.end());
  std::vector<std::size_t> order;
  for (std::size_t i = 1; i < factors.size(); ++i) order.push_back(i);
  std::sort(order.begin(), order.end(),
            [&](auto a, auto b) { return factors[a] > factors[b]; });
  double left = 1.0;
  double mean = 0.0;
  if (sigma > 0.0) {
    for (const std::size_t i : order) {
      const double log_noise =
          std::isnan(checks[i].cgs) ? checks[i].gls : checks[i].cgs;
      const double most = checks[i].removed ? 0.0 : std::exp(log_noise);
      const double taken = factors[i] > factors[0] ? std::min(left, most) : 0.0;
      if (taken == 0.0) continue;  // Whatever it would win.
      mean += taken * factors[i];
      left -= taken;
    }
  }
  mean += left * factors[0];
  return eta == 0.0 ? mean : eta * worst + (1.0 - eta) * mean;
}

TEST(Evidence, NoBetOnTheSeedWinsUnderTheClaim) {
  std::mt19937_64 random(7);
  int bets = 0;
  for (const double eta : {0.0, 0.001, 0.02, 0.4}) {
    for (const double sigma : {0.0, 0.05, 1.0}) {
      for (int trial = 0; trial < 200; ++trial) {
        const auto checks =
            RandomChecks(random, std::max(sigma, 0.05), trial % 2 == 0);
        const Evidence evidence(Claim::kSeed,
                                {.mismatch_rate = eta, .sigma = sigma}, 0.001);
        std::vector<std::vector<double>> factors;
        for (const TokenCheck& check : checks) {
          factors.push_back(evidence.LogFactors(check));
        }
        for (std::size_t bet = 0; bet < factors[0].size(); ++bet) {
          std::vector<double> of_tokens;
          for (const auto& f : factors) of_tokens.push_back(std::exp(f[bet]));
          EXPECT_LE(WorstMean(of_tokens, checks, eta, sigma), 1.0 + 1e-9)
              << "eta " << eta << ", sigma " << sigma << ", bet " << bet;
          ++bets;
        }
      }
    }
  }
  EXPECT_GT(bets, 10'000);
}

TEST(Evidence, NoBetOnTheLawWinsUnderTheClaim) {
  // Percentiles are uniform: the mean of each density is its integral.
  const int steps = 200'000;
  for (const double eta : {0.0, 0.02}) {
    const Evidence evidence(Claim::kLaw, {.mismatch_rate = eta}, 0.001);
    std::vector<double> sums;
    for (int i = 0; i < steps; ++i) {
      TokenCheck check;
      check.percentile = (i + 0.5) / steps;
      const auto factors = evidence.LogFactors(check);
      sums.resize(factors.size());
      for (std::size_t b = 0; b < factors.size(); ++b) {
        sums[b] += std::exp(factors[b]);
      }
    }
    TokenCheck removed;
    removed.removed = true;
    const auto most = evidence.LogFactors(removed);
    for (std::size_t b = 0; b < sums.size(); ++b) {
      const double mean = sums[b] / steps;
      const double worst =
          eta == 0.0 ? mean : eta * std::exp(most[b]) + (1.0 - eta) * mean;
      EXPECT_LE(worst, 1.0 + 1e-3) << b;
      EXPECT_GT(mean, 0.8) << b;
    }
  }
  // The tempered ratios are normed over the tokens that can be drawn.
  std::mt19937_64 random(9);
  const Evidence evidence(Claim::kLaw, {}, 0.001);
  for (int trial = 0; trial < 100; ++trial) {
    std::vector<double> q(7);
    double sum = 0.0;
    for (double& x : q) {
      sum += x = std::uniform_real_distribution<double>(1e-6, 1.0)(random);
    }
    std::vector<double> means(std::size(kTemperedBetas));
    for (std::size_t b = 0; b < means.size(); ++b) {
      double normed = 0.0;
      for (const double x : q) normed += std::pow(x / sum, kTemperedBetas[b]);
      for (const double x : q) {
        TokenCheck check;
        check.percentile = 0.5;
        check.tempered[b] =
            std::log(std::pow(x / sum, kTemperedBetas[b]) / normed) -
            std::log(x / sum);
        means[b] += x / sum * std::exp(evidence.LogFactors(check)[8 + b]);
      }
      EXPECT_NEAR(means[b], 1.0, 1e-12);
    }
  }
}

TEST(Evidence, WithoutToleranceTheFirstMismatchDecides) {
  Evidence evidence(Claim::kSeed, {}, 0.001);
  TokenCheck match;
  match.exact_match = true;
  match.margin = 0.0;
  TokenCheck other;
  other.margin = 1e-9;
  other.prob = 0.3;
  for (int i = 0; i < 1000; ++i) evidence.Add(match, {i, 0, i});
  EXPECT_EQ(evidence.highest_log_e(), 0.0);
  EXPECT_FALSE(evidence.refuted());
  evidence.Add(other, {1000, 0, 1000});
  EXPECT_EQ(evidence.log_e(), kInfinity);
  ASSERT_TRUE(evidence.refuted());
  EXPECT_EQ(evidence.refuted_at()->row, 1000);
  EXPECT_EQ(evidence.tokens_to_refute(), 1001);
  evidence.Add(match, {1001, 0, 1001});
  EXPECT_TRUE(evidence.refuted());
}

TEST(Evidence, MarginsWithinTheToleranceAreMatches) {
  Evidence evidence(Claim::kSeed, {.margin = 1e-3}, 0.001);
  TokenCheck close;
  close.margin = 1e-3;
  evidence.Add(close, {0, 0, 0});
  EXPECT_FALSE(evidence.refuted());
  close.margin = 1.01e-3;
  evidence.Add(close, {1, 0, 1});
  EXPECT_TRUE(evidence.refuted());
}

TEST(Evidence, UndecidedTokensChangeNothing) {
  Evidence evidence(Claim::kSeed, {}, 0.001);
  TokenCheck unknown;
  unknown.match_basis = Basis::kUnknowable;
  evidence.Add(unknown, {0, 0, 0});
  EXPECT_EQ(evidence.tokens(), 0);
  EXPECT_FALSE(evidence.refuted());
}

// Against products of means that are added up one by one.
TEST(Wealth, IsTheMeanOfItsStrategies) {
  Wealth wealth(3);
  std::vector<long double> plain(3, 1.0L);
  std::mt19937_64 random(4);
  std::normal_distribution<double> normal(0.0, 0.3);
  for (int i = 0; i < 200; ++i) {
    std::vector<double> factors;
    for (long double& w : plain) {
      factors.push_back(normal(random));
      w *= std::exp(static_cast<long double>(factors.back()));
    }
    wealth.Multiply(factors);
    const long double mean = (plain[0] + plain[1] + plain[2]) / 3.0L;
    ASSERT_NEAR(wealth.log_mean(), static_cast<double>(std::log(mean)), 1e-11);
  }
  wealth.Multiply(std::vector<double>{-kInfinity, 0.0, 0.0});
  wealth.Multiply(std::vector<double>{kInfinity, 0.0, 0.0});  // Lost is lost.
  EXPECT_TRUE(std::isfinite(wealth.log_mean()));
}

}  // namespace
}  // namespace sampler::tools::evidence_test
