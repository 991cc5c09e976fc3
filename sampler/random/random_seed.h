// A seed that nobody chose: 64 random bits of the operating system.
//
// Thread-safety: any number of threads.
// Errors: Unavailable where the system gives none.
// Tested by: tests/random/seed_test.cc.

#ifndef SAMPLER_RANDOM_RANDOM_SEED_H_
#define SAMPLER_RANDOM_RANDOM_SEED_H_

#include <cstdint>

#include "absl/status/statusor.h"

namespace sampler {

absl::StatusOr<std::uint64_t> RandomSeed();

}  // namespace sampler

#endif  // SAMPLER_RANDOM_RANDOM_SEED_H_
