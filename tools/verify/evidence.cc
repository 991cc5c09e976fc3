#include "tools/verify/evidence.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>

#include "sampler/arithmetic/numeric.h"
#include "tools/verify/normal.h"

namespace sampler::tools {
namespace {

// Exponents of the densities theta u^(theta - 1).
constexpr double kThetas[] = {0.5, 0.8, 1.25, 2.0};
// Of the claim kLaw: how many times eta is bet on removed tokens.
constexpr double kLawRate = 4.0;

// Shares that are bet on mismatches, from a little more often than allowed to
// nearly always. Without an allowance there is nothing to choose: the first
// mismatch decides.
std::vector<double> RateBets(double eta) {
  if (eta == 0.0) return {0.0};
  std::vector<double> rates;
  for (const double odds : {1.5, 2.0, 4.0, 8.0}) {
    if (odds * eta < 0.3) rates.push_back(odds * eta);
  }
  for (const double rate : {0.3, 0.6, 0.9}) {
    if (rate > eta) rates.push_back(rate);
  }
  if (rates.empty()) rates.push_back(0.5 * (1.0 + eta));
  return rates;
}

std::vector<double> NoiseBets(double sigma) {
  if (sigma == 0.0) return {0.0};
  return {0x1p-1, 0x1p-3, 0x1p-6, 0x1p-9, 0x1p-12};
}

template <typename Bet>
std::vector<Bet> SeedBets(const Tolerance& tolerance) {
  std::vector<Bet> bets;
  for (const double rate : RateBets(tolerance.mismatch_rate)) {
    for (const double noise : NoiseBets(tolerance.sigma)) {
      bets.push_back({rate, noise});
    }
  }
  return bets;
}

// ln of the probability that noise puts the claimed token into the place of the
// replayed one; 0, the most there is, where the draw has no such measure.
double LogNoise(const TokenCheck& check) {
  if (!std::isnan(check.cgs)) return check.cgs;
  if (!std::isnan(check.gls)) return check.gls;
  return 0.0;
}

}  // namespace

void Wealth::Multiply(absl::Span<const double> log_factors) {
  for (std::size_t i = 0; i < logs_.size(); ++i) {
    // What is lost stays lost.
    if (logs_[i] != -kInfinity) logs_[i] += log_factors[i];
  }
}

double Wealth::log_mean() const {
  const double most = *std::max_element(logs_.begin(), logs_.end());
  if (std::isinf(most)) return most;
  double sum = 0.0;
  for (const double log : logs_) sum += Exp(log - most);
  return most + Log(sum / static_cast<double>(logs_.size()));
}

Evidence::Evidence(Claim claim, const Tolerance& tolerance, double alpha)
    : claim_(claim),
      tolerance_(tolerance),
      threshold_(-Log(alpha)),
      bets_(SeedBets<Bet>(tolerance)),
      wealth_(claim == Claim::kSeed
                  ? bets_.size()
                  : 2 * std::size(kThetas) + std::size(kTemperedBetas)) {}

void Evidence::Add(const TokenCheck& check, const RowPlace& place) {
  if (!check.decided()) return;
  ++tokens_;
  wealth_.Multiply(LogFactors(check));
  log_e_ = wealth_.log_mean();
  highest_ = std::max(highest_, log_e_);
  if (!refuted() && log_e_ >= threshold_) {
    refuted_at_ = place;
    tokens_to_refute_ = tokens_;
  }
}

std::vector<double> Evidence::LogFactors(const TokenCheck& check) const {
  return claim_ == Claim::kSeed ? SeedFactors(check) : LawFactors(check);
}

std::vector<double> Evidence::SeedFactors(const TokenCheck& check) const {
  const double eta = tolerance_.mismatch_rate;
  const bool match = check.exact_match || (check.margin <= tolerance_.margin &&
                                           tolerance_.margin > 0.0);
  std::vector<double> factors;
  for (const Bet& bet : bets_) {
    const double rest = (1.0 - bet.lambda1) / (1.0 - eta);
    if (match) {
      factors.push_back(Log(rest * (1.0 - bet.lambda2)));
      continue;
    }
    double factor = eta == 0.0 ? kInfinity : Log(bet.lambda1 / eta);
    if (tolerance_.sigma > 0.0 && !check.removed) {
      const double odds = Exp(Log(check.prob) - LogNoise(check));
      factor = std::min(factor,
                        Log(rest * ((1.0 - bet.lambda2) + bet.lambda2 * odds)));
    }
    factors.push_back(factor);
  }
  return factors;
}

std::vector<double> Evidence::LawFactors(const TokenCheck& check) const {
  const double eta = tolerance_.mismatch_rate;
  const double rate = std::min(kLawRate * eta, 0.5 * (1.0 + eta));
  const double most = eta == 0.0 ? kInfinity : Log(rate / eta);
  const double rest = Log((1.0 - rate) / (1.0 - eta));
  const auto capped = [&](double log_ratio) {
    return std::min(most, rest + log_ratio);
  };
  std::vector<double> factors;
  if (std::isnan(check.percentile)) {  // Removed: no draw from q is it.
    factors.assign(2 * std::size(kThetas) + std::size(kTemperedBetas), most);
    return factors;
  }
  for (const double theta : kThetas) {
    for (const double u : {check.percentile, 1.0 - check.percentile}) {
      factors.push_back(capped(Log(theta) + (theta - 1.0) * Log(u)));
    }
  }
  for (const double log_ratio : check.tempered) {
    factors.push_back(capped(log_ratio));
  }
  return factors;
}

}  // namespace sampler::tools
