// exllamav3's draw, which TabbyAPI's servers make as well. Internal to the
// importers.

#ifndef SAMPLER_IMPORTERS_RUNTIMES_EXLLAMAV3_H_
#define SAMPLER_IMPORTERS_RUNTIMES_EXLLAMAV3_H_

#include "sampler/importers/draft.h"

namespace sampler::importers {

// gumbel_max, and a line of the report.
void AddExLlamaV3Draw(Draft& draft);

}  // namespace sampler::importers

#endif  // SAMPLER_IMPORTERS_RUNTIMES_EXLLAMAV3_H_
