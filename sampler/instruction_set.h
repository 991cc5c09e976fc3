// The instruction set that the kernels run on, for programs that tell or check
// what they run with. No token depends on it.
//
// The environment variable SAMPLER_SIMD (avx512, avx2, sse4, ssse3, neon or
// scalar; with Highway 1.2 also avx512_zen4, and sse2 in place of scalar), read
// once at the first step, forces one. A value that names none this machine has
// is without effect; the library does not print, so a program that obeys its
// user asks:
//
//   if (absl::Status status = CheckInstructionSet(); !status.ok()) ...
//
// Thread-safety: any number of threads.
// Tested by: tests/instruction_set_test.cc.

#ifndef SAMPLER_INSTRUCTION_SET_H_
#define SAMPLER_INSTRUCTION_SET_H_

#include "absl/status/status.h"
#include "sampler/language.h"

namespace sampler {

// The one in use: "avx2".
StringView InstructionSet();

// InvalidArgument if SAMPLER_SIMD is set and names no instruction set that this
// build and this machine share: the sentence lists those.
absl::Status CheckInstructionSet();

}  // namespace sampler

#endif  // SAMPLER_INSTRUCTION_SET_H_
