// The stage synthid in comparisons with the oracle (random_chain.h).

#ifndef SAMPLER_TESTS_SUPPORT_SYNTHID_CHAINS_H_
#define SAMPLER_TESTS_SUPPORT_SYNTHID_CHAINS_H_

#include <nlohmann/json.hpp>
#include <random>
#include <vector>

namespace sampler {

// With every option, at the corners of its parameters.
std::vector<nlohmann::json> SynthIdCorners();

// With random parameters.
nlohmann::json RandomSynthId(std::mt19937_64& random);

}  // namespace sampler

#endif  // SAMPLER_TESTS_SUPPORT_SYNTHID_CHAINS_H_
