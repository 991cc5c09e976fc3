#include "sampler/arithmetic/mass.h"

#include <cmath>

#include "absl/numeric/bits.h"

namespace sampler {
namespace {

// p = significand * 2^-shift, exactly.
struct Dyadic {
  Mass significand;
  int shift;
};

Dyadic Decompose(double p) {
  int exponent;
  const double fraction = std::frexp(p, &exponent);  // In [1/2, 1), or 0.
  const auto significand = static_cast<std::uint64_t>(std::ldexp(fraction, 53));
  return {significand, 53 - exponent};
}

}  // namespace

// Both products fit: significands have 53 bits, totals at most 71.
Mass MostMass(double p, Mass total) {
  const Dyadic d = Decompose(p);
  return d.shift >= 128 ? Mass{0} : (d.significand * total) >> d.shift;
}

Mass LeastMass(double p, Mass total) {
  const Dyadic d = Decompose(p);
  const Mass product = d.significand * total;
  if (product == 0) return 0;
  if (d.shift >= 128) return 1;
  const Mass quotient = product >> d.shift;
  return (quotient << d.shift) == product ? quotient : quotient + 1;
}

Mass PlaceOfBits(std::uint64_t u, Mass total) {
  const Mass low = Mass{u} * absl::Uint128Low64(total);
  return Mass{u} * absl::Uint128High64(total) + absl::Uint128High64(low);
}

double ToDouble(Mass mass) {
  const std::uint64_t high = absl::Uint128High64(mass);
  const std::uint64_t low = absl::Uint128Low64(mass);
  if (high == 0) return static_cast<double>(low);
  // Keep the top 64 bits and fold everything below into a sticky bit; one
  // conversion then rounds once.
  const int shift = 64 - absl::countl_zero(high);
  std::uint64_t top = absl::Uint128Low64(mass >> shift);
  if ((mass & ((Mass{1} << shift) - 1)) != 0) top |= 1;
  return std::ldexp(static_cast<double>(top), shift);
}

double Ratio(Mass part, Mass total) { return ToDouble(part) / ToDouble(total); }

double ShareOf(Weight weight, double total) {
  return static_cast<double>(weight) / total;
}

}  // namespace sampler
