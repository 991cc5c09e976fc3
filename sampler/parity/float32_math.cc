#include "sampler/parity/float32_math.h"

#include <cmath>
#include <limits>

#include "sampler/arithmetic/exp.h"
#include "sampler/arithmetic/numeric.h"

namespace sampler::parity {
namespace {}  // namespace

float Exp32(float x) {
  // Nearly every argument: the same number, without a call.
  if (-700.0F <= x && x <= 700.0F) {
    return static_cast<float>(ExpInNormalRange(x));
  }
  return static_cast<float>(Exp(x));
}

float Log32(float x) { return static_cast<float>(Log(x)); }

float Log2Of32(float x) { return static_cast<float>(Log(x) * kLog2E); }

float Pow32(float base, float exponent) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  if (exponent == 0.0F || base == 1.0F) return 1.0F;
  if (!(base >= 0.0F) || std::isnan(exponent)) {
    return std::numeric_limits<float>::quiet_NaN();
  }
  if (base == 0.0F) return exponent > 0.0F ? 0.0F : kInfinity;
  if (std::isinf(base)) return exponent > 0.0F ? kInfinity : 0.0F;
  return static_cast<float>(Pow(base, exponent));
}

double PowerOf(float base, int exponent) {
  double power = 1.0;
  for (int i = 0; i < exponent; ++i) power *= static_cast<double>(base);
  return power;
}

}  // namespace sampler::parity
