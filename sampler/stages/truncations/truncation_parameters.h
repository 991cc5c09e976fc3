// The option words that truncations share, as lines for their parameter tables
// and as the structs that Candidates takes.

#ifndef SAMPLER_STAGES_TRUNCATIONS_TRUNCATION_PARAMETERS_H_
#define SAMPLER_STAGES_TRUNCATIONS_TRUNCATION_PARAMETERS_H_

#include "sampler/candidates/candidates.h"
#include "sampler/parameters/parameter.h"

namespace sampler {

// "min_keep": candidates that stay at least, in the stage's own ranking.
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
