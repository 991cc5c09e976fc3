// Chains of stages for comparisons with the oracle: every stage at the corners
// of its parameters, and random chains of several stages.

#ifndef SAMPLER_TESTS_SUPPORT_RANDOM_CHAIN_H_
#define SAMPLER_TESTS_SUPPORT_RANDOM_CHAIN_H_

#include <nlohmann/json.hpp>
#include <random>
#include <vector>

#include "tests/oracle/state.h"

namespace sampler {

// One-stage chains (and a few pairs) with every option and corner value, for
// vocabularies of at least 3 tokens.
std::vector<nlohmann::json> CornerChains();

// 1 to 12 random stages, with a draw at the end half of the time.
nlohmann::json RandomChain(std::mt19937_64& random, int vocabulary_size);

// A random history, seed, stream and step.
oracle::Context RandomContext(std::mt19937_64& random, int vocabulary_size);

}  // namespace sampler

#endif  // SAMPLER_TESTS_SUPPORT_RANDOM_CHAIN_H_
