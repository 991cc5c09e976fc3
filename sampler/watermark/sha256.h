// SHA-256: what makes a SynthID watermark's keys into the start of its hash.
//
// Thread-safety: a pure function.
// Cost: 64 rounds per 64 bytes; for keys, not for bulk data.
// Source: FIPS 180-4.
// Tested by: tests/watermark/sha256_test.cc (published vectors, and every
// length around a
//   block against the oracle).

#ifndef SAMPLER_WATERMARK_SHA256_H_
#define SAMPLER_WATERMARK_SHA256_H_

#include <array>
#include <cstdint>

#include "absl/types/span.h"

namespace sampler {

// The 32 bytes of the digest, in the order in which it is written.
std::array<std::uint8_t, 32> Sha256(absl::Span<const std::uint8_t> bytes);

}  // namespace sampler

#endif  // SAMPLER_WATERMARK_SHA256_H_
