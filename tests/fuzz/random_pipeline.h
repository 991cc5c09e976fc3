// Pipelines made of the bytes of a fuzzer's input: any stages of the registry
// in an order that they allow, with legal parameters.

#ifndef SAMPLER_TESTS_FUZZ_RANDOM_PIPELINE_H_
#define SAMPLER_TESTS_FUZZ_RANDOM_PIPELINE_H_

#include <cstdint>
#include <optional>

#include "sampler/pipeline.h"
#include "tests/fuzz/byte_source.h"

namespace sampler::fuzz {

// The smallest vocabulary that knows all tokens of random parameters.
inline constexpr std::int64_t kLeastVocabulary = 64;

// At most 7 stages, under either `rng`. Empty where the bytes say a chain that
// is not legal as a whole.
std::optional<Pipeline> RandomPipeline(ByteSource& source,
                                       std::int64_t vocabulary_size);

}  // namespace sampler::fuzz

#endif  // SAMPLER_TESTS_FUZZ_RANDOM_PIPELINE_H_
