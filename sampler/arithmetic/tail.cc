#include "sampler/arithmetic/tail.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "sampler/arithmetic/numeric.h"

namespace sampler {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kHalfLogTwoPi = 0.91893853320467274178;
// A term that is smaller than this beside the sum no longer changes it.
constexpr double kNegligible = 0x1p-56;

// ln x! - ((x + 1/2) ln x - x + ln(2 pi) / 2), for x > 0.
double StirlingRest(double x) {
  if (x >= 16.0) {
    const double s = 1.0 / (x * x);
    // The series of Bernoulli numbers; its next term is below 1e-17.
    return (1.0 / 12 +
            s * (-1.0 / 360 +
                 s * (1.0 / 1260 +
                      s * (-1.0 / 1680 +
                           s * (1.0 / 1188 + s * (-691.0 / 360360)))))) /
           x;
  }
  // ln x! of the next x that the series reaches, and the factors between.
  double product = 1.0;
  double far = x;
  while (far < 16.0) {
    far += 1.0;
    product *= far;
  }
  const double log_factorial = (far + 0.5) * Log(far) - far + kHalfLogTwoPi +
                               StirlingRest(far) - Log(product);
  return log_factorial - ((x + 0.5) * Log(x) - x + kHalfLogTwoPi);
}

// a ln(x / a) - (x - a): at most 0, and 0 where x is a.
double Deviance(double a, double x) { return a * Log(x / a) - (x - a); }

// ln(x^a e^-x / a!).
double LogPoissonTerm(double a, double x) {
  return Deviance(a, x) - 0.5 * Log(a) - kHalfLogTwoPi - StirlingRest(a);
}

// ln(C(n, k) p^k q^(n - k)).
double LogBinomialTerm(double k, double n, double p) {
  const double q = 1.0 - p;
  if (k == 0.0) return n * Log(q);
  if (k == n) return n * Log(p);
  const double rest = n - k;
  return StirlingRest(n) - StirlingRest(k) - StirlingRest(rest) +
         Deviance(k, n * p) + Deviance(rest, n * q) +
         0.5 * (Log(n / k) - Log(rest)) - kHalfLogTwoPi;
}

// ln(1 - e^x) for x < 0.
double LogRest(double x) {
  // Near 0 the difference would cancel.
  if (x > -0x1p-20) return Log(-x * (1.0 + 0.5 * x));
  return Log(1.0 - Exp(x));
}

// ln(e^a + e^b).
double LogSum(double a, double b) {
  const double high = std::max(a, b);
  if (high == -kInfinity) return high;
  return high + Log(1.0 + Exp(std::min(a, b) - high));
}

// P(G < x) / (x^a e^-x / a!), for x < a + 1.
double LowerSeries(double a, double x) {
  double term = 1.0;
  double sum = 1.0;
  for (double k = 1.0; term > kNegligible * sum; k += 1.0) {
    term *= x / (a + k);
    sum += term;
  }
  return sum;
}

// P(G >= x) / (x^a e^-x / Gamma(a)), for x >= a + 1.
double UpperFraction(double a, double x) {
  constexpr double kTiny = 1e-300;
  double b = x + 1.0 - a;
  double c = 1.0 / kTiny;
  double d = 1.0 / b;
  double value = d;
  for (int term = 1; term < 10'000'000; ++term) {
    const double i = term;
    const double factor = -i * (i - a);
    b += 2.0;
    d = factor * d + b;
    if (std::fabs(d) < kTiny) d = kTiny;
    c = b + factor / c;
    if (std::fabs(c) < kTiny) c = kTiny;
    d = 1.0 / d;
    const double change = d * c;
    value *= change;
    if (std::fabs(change - 1.0) < 0x1p-52) break;
  }
  return value;
}

}  // namespace

double LogGammaTail(double shape, double x) {
  if (x == 0.0) return 0.0;
  const double term = LogPoissonTerm(shape, x);
  if (x < shape + 1.0) {
    return LogRest(std::min(term + Log(LowerSeries(shape, x)), -0x1p-1000));
  }
  return std::min(0.0, term + Log(shape) + Log(UpperFraction(shape, x)));
}

double LogBinomialTail(std::int64_t k, std::int64_t n, double p) {
  if (k <= 0) return 0.0;
  if (k > n) return -kInfinity;
  const auto count = static_cast<double>(n);
  const double odds = p / (1.0 - p);
  // The terms fall from here to that end of the law which is farther from the
  // mean: upwards from k, or downwards from k - 1, whose sum is the rest.
  const bool above = static_cast<double>(k) > count * p;
  double i = static_cast<double>(above ? k : k - 1);
  const double first = LogBinomialTerm(i, count, p);
  double term = 1.0;
  double sum = 1.0;
  while (term > kNegligible * sum && (above ? i < count : i > 0.0)) {
    if (above) {
      term *= (count - i) / (i + 1.0) * odds;
      i += 1.0;
    } else {
      term *= i / (count - i + 1.0) / odds;
      i -= 1.0;
    }
    sum += term;
  }
  const double log_sum = std::min(first + Log(sum), -0x1p-1000);
  return above ? log_sum : LogRest(log_sum);
}

std::optional<double> LogTwoGammasTail(std::int64_t n, double share, double x) {
  const auto shape = static_cast<double>(n);
  const double small = std::min(share, 1.0 - share);
  const double large = 1.0 - small;
  if (small == 0.0) return LogGammaTail(shape, x);
  if (small == large) return LogGammaTail(2.0 * shape, x / small);
  constexpr int kMostTerms = 10'000'000;
  const double ratio = small / large;
  const double reach = x / small;
  // Beyond the mean of the mixture and where the gammas are all above x, terms
  // fall as (1 - ratio)^k; 80 / ratio of them fall by e^-80.
  if (reach + (shape + 80.0 + 12.0 * std::sqrt(shape)) / ratio > kMostTerms) {
    return std::nullopt;
  }
  const double log_small_part = Log(1.0 - ratio);
  double log_weight = shape * Log(ratio);  // Of k extra exponentials.
  double a = 2.0 * shape;
  double log_tail = LogGammaTail(a, reach);
  double log_step = LogPoissonTerm(a, reach);  // From shape a to a + 1.
  const double log_reach = x == 0.0 ? -kInfinity : Log(reach);
  double total = log_weight + log_tail;
  for (int extra = 1; extra < kMostTerms; ++extra) {
    const double k = extra;
    log_weight += Log((shape + k - 1.0) / k) + log_small_part;
    log_tail = std::min(0.0, LogSum(log_tail, log_step));
    a += 1.0;
    log_step += log_reach - Log(a);
    total = LogSum(total, log_weight + log_tail);
    const double falls = (shape + k) / (k + 1.0) * (1.0 - ratio);
    // What follows is below weight / (1 - falls), as no tail exceeds 1.
    if (falls < 1.0 && log_weight - Log(1.0 - falls) < total - 45.0) break;
  }
  return std::min(0.0, total);
}

}  // namespace sampler
