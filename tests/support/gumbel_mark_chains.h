// The stage gumbel_watermark in comparisons with the oracle (random_chain.h).

#ifndef SAMPLER_TESTS_SUPPORT_GUMBEL_MARK_CHAINS_H_
#define SAMPLER_TESTS_SUPPORT_GUMBEL_MARK_CHAINS_H_

#include <nlohmann/json.hpp>
#include <vector>

#include "tests/support/chooser.h"

namespace sampler {

// Of every variant, at the corners of its parameters.
std::vector<nlohmann::json> GumbelMarkCorners();

// With random parameters.
nlohmann::json RandomGumbelMark(Chooser& choose);

}  // namespace sampler

#endif  // SAMPLER_TESTS_SUPPORT_GUMBEL_MARK_CHAINS_H_
