#include "tools/verify/normal.h"

#include "sampler/arithmetic/numeric.h"

namespace sampler::tools {
namespace {

constexpr double kLogSqrtTwoPi = 0.91893853320467274178;
constexpr double kSeriesEnd = 2.0;

// P(0 < N < x) for 0 <= x < kSeriesEnd: the density times
// x + x^3 / 3 + x^5 / (3 * 5) + ...
double MassToZero(double x) {
  double term = x;
  double sum = x;
  for (int k = 1; k < 60; ++k) {
    term *= x * x / (2.0 * k + 1.0);
    sum += term;
  }
  return sum * Exp(-0.5 * x * x - kLogSqrtTwoPi);
}

// The same tail by Laplace's continued fraction,
// density / (x + 1 / (x + 2 / (x + ...))), which settles fast beyond 2.
double LogFarTail(double x) {
  double fraction = x;
  for (int k = 120; k >= 1; --k) fraction = x + k / fraction;
  return -0.5 * x * x - kLogSqrtTwoPi - Log(fraction);
}

}  // namespace

double LogOneMinusExp(double x) {
  if (x >= 0.0) return -kInfinity;
  if (x < -0.1) return Log(1.0 - Exp(x));
  // -x (1 + x / 2 + x^2 / 6 + ...): 1 - e^x without the cancellation.
  double series = 1.0;
  for (int k = 14; k >= 2; --k) series = 1.0 + series * x / k;
  return Log(-x * series);
}

double LogNormalTail(double x) {
  if (x == kInfinity) return -kInfinity;
  if (x == -kInfinity) return 0.0;
  if (x >= kSeriesEnd) return LogFarTail(x);
  if (x >= 0.0) return Log(0.5 - MassToZero(x));
  if (x > -kSeriesEnd) return Log(0.5 + MassToZero(-x));
  return LogOneMinusExp(LogFarTail(-x));
}

double LogNormalBetween(double low, double high) {
  if (!(low < high)) return -kInfinity;
  if (high <= 0.0) return LogNormalBetween(-high, -low);
  if (low < 0.0) {
    return Log(1.0 - Exp(LogNormalTail(-low)) - Exp(LogNormalTail(high)));
  }
  const double above_low = LogNormalTail(low);
  return above_low + LogOneMinusExp(LogNormalTail(high) - above_low);
}

}  // namespace sampler::tools
