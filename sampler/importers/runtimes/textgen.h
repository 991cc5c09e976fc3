// text-generation-webui's steps. Internal to the importers.

#ifndef SAMPLER_IMPORTERS_RUNTIMES_TEXTGEN_H_
#define SAMPLER_IMPORTERS_RUNTIMES_TEXTGEN_H_

#include "absl/strings/string_view.h"
#include "sampler/importers/draft.h"
#include "sampler/importers/steps.h"

namespace sampler::importers {

// By the names of sampler_priority.
const StepTable& TextGenSteps();

// epsilon_cutoff or eta_cutoff, which count ten-thousandths in these fields and
// in Aphrodite's, which took them over.
void AddTextGenCutoff(Draft& draft, absl::string_view name);

}  // namespace sampler::importers

#endif  // SAMPLER_IMPORTERS_RUNTIMES_TEXTGEN_H_
