// Tokens that rounds of speculative decoding give, beside those that plain
// draws give.

#ifndef SAMPLER_TESTS_SOAK_LOOK_AHEAD_H_
#define SAMPLER_TESTS_SOAK_LOOK_AHEAD_H_

#include <cstddef>
#include <cstdint>

#include "absl/types/span.h"
#include "sampler/pipeline.h"

namespace sampler::soak {

// Runs a round of every rule from where `text` stands, each twice, which must
// give the same; by match, and where the chain's draw is one of those for which
// it is promised (rejection.h), what plain draws give: `plain`.
void LookAheadByRounds(const Pipeline& pipeline, const Sequence& text,
                       std::uint64_t model, std::size_t drafted,
                       absl::Span<const TokenId> plain, Workspace& workspace);

}  // namespace sampler::soak

#endif  // SAMPLER_TESTS_SOAK_LOOK_AHEAD_H_
