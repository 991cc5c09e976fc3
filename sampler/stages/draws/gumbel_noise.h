// The noise that gumbel_max and gumbel_top_k share, and the race for the
// largest sum of logit and noise.
//
//   house     l + G, 64-bit uniforms keyed by seed, stream, position and token
//             id (gumbel.h)
//   vllm_v2   fl32(l) + G in float, column = token id (murmur_noise.h)
//   sglang    ln p + G in double, column = token id, or the rank once a stage
//             has truncated, as SGLang's sorted path numbers them
//
// The last two repeat other runtimes' choices under the same seed. Both hash
// seed, position and column. Their position is the place of the text's last
// token, prompt included, as in those runtimes; an empty prompt counts as the
// single token that every runtime begins with. They do not use the stream. At
// an attempt above 0, which those runtimes do not have, their seed is the
// attempt's key (random.h).
//
// Thread-safety: pure functions of their arguments.
// Tested by: tests/stages/draws/gumbel_test.cc, tests/oracle_test.cc.

#ifndef SAMPLER_STAGES_DRAWS_GUMBEL_NOISE_H_
#define SAMPLER_STAGES_DRAWS_GUMBEL_NOISE_H_

#include <cstddef>
#include <cstdint>

#include "absl/types/span.h"
#include "sampler/candidates/candidates.h"
#include "sampler/stages/registry.h"

namespace sampler {

enum class Noise { kHouse, kVllmV2, kSglang };

Parameter NoiseParameter();

// The position that vllm_v2 and sglang hash, after `position` output tokens of
// a text whose prompt has `prompt` tokens.
std::uint32_t RuntimePosition(std::size_t prompt, std::int64_t position);

// The first n places of the race; fewer if there are fewer survivors of weight
// > 0. Lives in step.race.
absl::Span<const TokenId> RunGumbelRace(const Candidates& candidates,
                                        const StepContext& step, Noise noise,
                                        std::int64_t n);

}  // namespace sampler

#endif  // SAMPLER_STAGES_DRAWS_GUMBEL_NOISE_H_
