// A number that tells one config from another: of everything that decides which
// tokens are drawn, that is the stages, their parameters as given, and "rng";
// not of the seed, which a sequence has, nor of description and "$schema".
//
// Never 0. Two configs with one fingerprint are the same, but for a chance of
// 2^-64 that was not sought. 1 and 1.0 are one number; a parameter that is
// given its default is not one that is absent.
//
// Thread-safety: pure function.
// Cost: one pass over the parameters, a nanosecond a byte.
// Tested by: tests/config_fingerprint_test.cc.

#ifndef SAMPLER_CONFIG_FINGERPRINT_H_
#define SAMPLER_CONFIG_FINGERPRINT_H_

#include <cstdint>

#include "sampler/config.h"

namespace sampler {

std::uint64_t ConfigFingerprint(const PipelineConfig& config);

}  // namespace sampler

#endif  // SAMPLER_CONFIG_FINGERPRINT_H_
