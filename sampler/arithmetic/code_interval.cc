#include "sampler/arithmetic/code_interval.h"

#include <algorithm>
#include <cmath>

namespace sampler {
namespace {

// u * total = whole + fraction: the whole part exact, the fraction the nearest
// double, below 1.
struct Place {
  Mass whole;
  double fraction;
};

Place PlaceOf(double u, Mass total) {
  int exponent = 0;
  const double mantissa = std::frexp(u, &exponent);
  const Mass product = Mass{static_cast<std::uint64_t>(mantissa * 0x1p53)} *
                       total;       // Below 2^124.
  const int shift = 53 - exponent;  // u = m * 2^-shift, shift >= 53.
  if (shift > 127) return {0, std::ldexp(ToDouble(product), -shift)};
  const Mass whole = product >> shift;
  return {whole, std::ldexp(ToDouble(product - (whole << shift)), -shift)};
}

constexpr double kBelowOne = 1.0 - 0x1p-53;

}  // namespace

bool CodeInterval::Contains(double u) const {
  const Mass place = PlaceOf(u, total).whole;
  return low <= place && place < high;
}

double CodeInterval::Next(double u) const {
  const Place place = PlaceOf(u, total);
  return std::min(kBelowOne, (ToDouble(place.whole - low) + place.fraction) /
                                 ToDouble(high - low));
}

double ParallelCode(std::int64_t i, std::int64_t n, double shift) {
  return std::min(kBelowOne,
                  (static_cast<double>(i) + shift) / static_cast<double>(n));
}

}  // namespace sampler
