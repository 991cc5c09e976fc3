// Random arguments.

#ifndef SAMPLER_TESTS_ARITHMETIC_UNIFORM_H_
#define SAMPLER_TESTS_ARITHMETIC_UNIFORM_H_

#include <bit>
#include <cstdint>
#include <random>

namespace sampler {

// Uniform in [low, high).
inline double Uniform(std::mt19937_64& random, double low, double high) {
  return low + (high - low) * (static_cast<double>(random() >> 11) * 0x1p-53);
}

inline std::uint64_t Bits(double x) { return std::bit_cast<std::uint64_t>(x); }

}  // namespace sampler

#endif  // SAMPLER_TESTS_ARITHMETIC_UNIFORM_H_
