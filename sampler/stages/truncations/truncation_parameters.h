// The parameters that truncations share, for their parameter tables.

#ifndef SAMPLER_STAGES_TRUNCATIONS_TRUNCATION_PARAMETERS_H_
#define SAMPLER_STAGES_TRUNCATIONS_TRUNCATION_PARAMETERS_H_

#include "sampler/candidates/candidates.h"
#include "sampler/parameters/parameter.h"

namespace sampler {

// "min_keep": the least number of candidates that stay, in the stage's own
// ranking.
Parameter MinKeepParameter();
// "ties": "exact" or "keep_all".
Parameter TiesParameter();
// "equality": "stop" or "continue".
Parameter EqualityParameter();
// "crossing": "include" or "exclude".
Parameter CrossingParameter();
// "mass": "surviving" or "original".
Parameter MassParameter();
// "tie_order": "low_id" or "high_id".
Parameter TieOrderParameter();

}  // namespace sampler

#endif  // SAMPLER_STAGES_TRUNCATIONS_TRUNCATION_PARAMETERS_H_
