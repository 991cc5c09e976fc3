// Every stage at the corners of its parameters, by group (random_chain.h has
// them together). Vocabularies must have at least 3 tokens, and histories end
// in 1 0 2 2, the output part in 0 2 2.

#ifndef SAMPLER_TESTS_SUPPORT_CORNER_CHAINS_H_
#define SAMPLER_TESTS_SUPPORT_CORNER_CHAINS_H_

#include <nlohmann/json.hpp>
#include <vector>

namespace sampler {

void AddEditCorners(std::vector<nlohmann::json>& chains);
void AddShapeCorners(std::vector<nlohmann::json>& chains);
void AddTruncationCorners(std::vector<nlohmann::json>& chains);

}  // namespace sampler

#endif  // SAMPLER_TESTS_SUPPORT_CORNER_CHAINS_H_
