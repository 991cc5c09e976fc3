#include "tools/verify/uniformity.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

#include "sampler/arithmetic/numeric.h"

namespace sampler::tools {
namespace {

constexpr double kPi = 3.14159265358979323846;

// e^z K_1/4(z) for z > 0: the integral over t >= 0 of
// e^(z (1 - cosh t)) cosh(t / 4), which the trapezoidal rule gives to all
// digits, as the integrand falls like the exponential of an exponential.
double ScaledBessel(double z) {
  constexpr double kStep = 1.0 / 32.0;
  double sum = 0.5;
  for (int i = 1; i < 2'000; ++i) {
    const double t = i * kStep;
    const double grown = Exp(t);
    const double exponent = z * (1.0 - 0.5 * (grown + 1.0 / grown));
    if (exponent < -745.0) break;
    const double quarter = Exp(0.25 * t);
    sum += Exp(exponent) * 0.5 * (quarter + 1.0 / quarter);
  }
  return sum * kStep;
}

}  // namespace

double CramerVonMises(std::vector<double> numbers) {
  if (numbers.empty()) return std::numeric_limits<double>::quiet_NaN();
  std::sort(numbers.begin(), numbers.end());
  const auto n = static_cast<double>(numbers.size());
  double sum = 1.0 / (12.0 * n);
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const double gap =
        (2.0 * static_cast<double>(i) + 1.0) / (2.0 * n) - numbers[i];
    sum += gap * gap;
  }
  return sum;
}

double CramerVonMisesTail(double t) {
  if (!(t > 0.0)) return 1.0;
  // F(t) = sum over k of c_k sqrt(4 k + 1) e^(-z) K_1/4(z) / (pi sqrt t), with
  // z = (4 k + 1)^2 / (16 t) and c_k = (1/2) (3/2) ... (k - 1/2) / k!
  double sum = 0.0;
  double coefficient = 1.0;
  for (int k = 0; k < 200; ++k) {
    if (k > 0) coefficient *= (k - 0.5) / k;
    const double root = 4.0 * k + 1.0;
    const double z = root * root / (16.0 * t);
    if (z > 370.0) break;
    sum += coefficient * std::sqrt(root) * Exp(-2.0 * z) * ScaledBessel(z);
  }
  return std::clamp(1.0 - sum / (kPi * std::sqrt(t)), 0.0, 1.0);
}

}  // namespace sampler::tools
