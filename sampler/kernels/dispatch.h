// Which instruction set the kernels run on.
//
// Highway compiles every kernel for each of them and picks the best one that
// the CPU has. SAMPLER_SIMD=avx512, avx2, sse4, ssse3 or scalar (an environment
// variable, read once) forces one; a value that names none this machine has is
// ignored, and SimdTarget tells what is really used. Highway 1.2 (Debian 13)
// has avx512_zen4 too, and on x86-64 sse2 in place of scalar. No result depends
// on it: tests run all of them and compare bits.
//
// The choice is Highway's own, so it holds for every user of its library in the
// process.
//
// Thread-safety: choosing is for tests, and for the first call of a kernel.
// Tested by: tests/kernels/dispatch_test.cc.

#ifndef SAMPLER_KERNELS_DISPATCH_H_
#define SAMPLER_KERNELS_DISPATCH_H_

#include <vector>

#include "absl/strings/string_view.h"

namespace sampler::kernels {

// Names of the instruction sets that this build and this machine share, best
// first.
std::vector<absl::string_view> SimdTargets();

// The one in use.
absl::string_view SimdTarget();

// Uses this one from now on. False, and no change, if SimdTargets() has it not.
bool UseSimdTarget(absl::string_view name);

// Obeys SAMPLER_SIMD, the first time it is called.
void ChooseSimdTarget();

}  // namespace sampler::kernels

#endif  // SAMPLER_KERNELS_DISPATCH_H_
