// The tokens of a log, drawn again from its rows.

#ifndef SAMPLER_TESTS_SOAK_REPLAY_LOG_H_
#define SAMPLER_TESTS_SOAK_REPLAY_LOG_H_

#include <cstdint>
#include <functional>

#include "sampler/logs/log.h"
#include "sampler/pipeline.h"

namespace sampler::soak {

// The pipeline and the model of a sequence.
struct DrawnBy {
  const Pipeline* pipeline;
  std::uint64_t model;
};

// Draws the rows of a sequence again, with the prompt, seed, stream, clock and
// config that the log tells; what a log does not hold is taken from `drawn_by`
// (second rows, code points, keys of watermarks). Every token must be the
// logged one.
void ReplaySequence(const logs::Log& log, const logs::LogSequence& logged,
                    const DrawnBy& drawn_by, Workspace& workspace);

}  // namespace sampler::soak

#endif  // SAMPLER_TESTS_SOAK_REPLAY_LOG_H_
