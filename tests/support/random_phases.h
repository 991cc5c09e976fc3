// Phases of a text and conditions of stages, at random, for comparisons with
// the oracle.

#ifndef SAMPLER_TESTS_SUPPORT_RANDOM_PHASES_H_
#define SAMPLER_TESTS_SUPPORT_RANDOM_PHASES_H_

#include <nlohmann/json.hpp>
#include <random>

#include "tests/support/chooser.h"

namespace sampler {

// "thinking" and "tool", opened and closed by tokens below `distinct`.
nlohmann::json RandomPhases(Chooser& choose, int distinct);

// Gives some stages of `chain` a condition, a scope or a clock of a phase, and
// adds a thinking_budget now and then, for texts with these phases (of
// RandomPhases).
void AddPhases(std::mt19937_64& random, int vocabulary_size,
               const nlohmann::json& phases, nlohmann::json& chain);

}  // namespace sampler

#endif  // SAMPLER_TESTS_SUPPORT_RANDOM_PHASES_H_
