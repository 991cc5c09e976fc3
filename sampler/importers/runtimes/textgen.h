// text-generation-webui's steps. Internal to the importers.

#ifndef SAMPLER_IMPORTERS_RUNTIMES_TEXTGEN_H_
#define SAMPLER_IMPORTERS_RUNTIMES_TEXTGEN_H_

#include "sampler/importers/steps.h"

namespace sampler::importers {

// By the names of sampler_priority.
const StepTable& TextGenSteps();

}  // namespace sampler::importers

#endif  // SAMPLER_IMPORTERS_RUNTIMES_TEXTGEN_H_
