#include "sampler/random/gumbel.h"

#include "sampler/arithmetic/numeric.h"

namespace sampler {

double ExponentialNoise(std::uint64_t bits) {
  const double rest = (static_cast<double>(~bits) + 0.5) * 0x1p-64;  // 1 - u
  if (rest >= 0x1p-5) {
    return -Log((static_cast<double>(bits) + 0.5) * 0x1p-64);
  }
  // -ln(1 - d) = d + d^2 / 2 + d^3 / 3 + ...; the terms left out are below
  // 2^-62 of the sum.
  double series = 0.0;
  for (int k = 12; k >= 1; --k) series = series * rest + 1.0 / k;
  return series * rest;
}

double GumbelNoise(std::uint64_t bits) { return -Log(ExponentialNoise(bits)); }

}  // namespace sampler
