// The floating-point environment that every result is defined in: IEEE 754's
// default, rounding to nearest, no flushing of subnormal numbers, no traps.
//
// A program that is linked with -ffast-math flushes subnormals from its start,
// and others round in another direction for a while. A step of the library, and
// what is asked of its outcome, must not notice: each begins by an object of
// this class.
//
// Thread-safety: each thread has an environment of its own.
// Cost: a few nanoseconds where the environment is the default one already.
// Tested by: tests/arithmetic/float_environment_test.cc,
// tests/install/check_flags.sh.

#ifndef SAMPLER_ARITHMETIC_FLOAT_ENVIRONMENT_H_
#define SAMPLER_ARITHMETIC_FLOAT_ENVIRONMENT_H_

#if defined(__SSE2__)
#include <xmmintrin.h>
#elif !defined(__aarch64__)
#include <cfenv>
#endif

#include <cstdint>

namespace sampler {

// While it lives, the default environment holds in its thread. What was there
// before holds again afterwards.
class DefaultFloatEnvironment {
 public:
  DefaultFloatEnvironment() {
#if defined(__SSE2__) || defined(__aarch64__)
    before_ = Control();
    if ((before_ & kModes) != (kDefault & kModes)) SetControl(kDefault);
#else
    std::fegetenv(&before_);
    std::fesetenv(FE_DFL_ENV);
#endif
  }
  ~DefaultFloatEnvironment() {
#if defined(__SSE2__) || defined(__aarch64__)
    if ((before_ & kModes) != (kDefault & kModes)) SetControl(before_);
#else
    std::fesetenv(&before_);
#endif
  }
  DefaultFloatEnvironment(const DefaultFloatEnvironment&) = delete;
  DefaultFloatEnvironment& operator=(const DefaultFloatEnvironment&) = delete;

 private:
#if defined(__SSE2__)
  // MXCSR below and, above it, the control word of the x87, whose rounding the
  // C library looks at where it reads numbers. Of both rounding, flushing and
  // masks of traps, but not the flags that operations leave.
  using Word = std::uint64_t;
  static constexpr Word kModes = Word{0x0c3f} << 32 | 0xffc0;
  static constexpr Word kDefault = Word{0x037f} << 32 | 0x1f80;
  static Word Control() {
    std::uint16_t x87;
    asm volatile("fnstcw %0" : "=m"(x87));
    return Word{x87} << 32 | _mm_getcsr();
  }
  static void SetControl(Word word) {
    const auto x87 = static_cast<std::uint16_t>(word >> 32);
    asm volatile("fldcw %0" : : "m"(x87));
    _mm_setcsr(static_cast<std::uint32_t>(word));
  }
  Word before_;
#elif defined(__aarch64__)
  using Word = std::uint64_t;
  static constexpr Word kModes = ~Word{0};
  static constexpr Word kDefault = 0;
  static Word Control() {
    Word word;
    asm volatile("mrs %0, fpcr" : "=r"(word));
    return word;
  }
  static void SetControl(Word word) {
    asm volatile("msr fpcr, %0" : : "r"(word));
  }
  Word before_;
#else
  std::fenv_t before_;
#endif
};

}  // namespace sampler

#endif  // SAMPLER_ARITHMETIC_FLOAT_ENVIRONMENT_H_
