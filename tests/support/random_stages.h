// Stages with random parameters, by group (random_chain.h puts them together).

#ifndef SAMPLER_TESTS_SUPPORT_RANDOM_STAGES_H_
#define SAMPLER_TESTS_SUPPORT_RANDOM_STAGES_H_

#include <nlohmann/json.hpp>

#include "tests/support/chooser.h"

namespace sampler {

nlohmann::json RandomEdit(Chooser& choose, int vocabulary_size);
nlohmann::json RandomShape(Chooser& choose);
nlohmann::json RandomTruncation(Chooser& choose, int vocabulary_size);

}  // namespace sampler

#endif  // SAMPLER_TESTS_SUPPORT_RANDOM_STAGES_H_
