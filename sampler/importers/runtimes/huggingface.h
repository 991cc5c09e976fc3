// Parts of the import of Hugging Face's generation_config.json. Internal to
// runtimes/.
//
// Tested by: tests/importers/huggingface_test.cc.

#ifndef SAMPLER_IMPORTERS_RUNTIMES_HUGGINGFACE_H_
#define SAMPLER_IMPORTERS_RUNTIMES_HUGGINGFACE_H_

#include "sampler/importers/draft.h"

namespace sampler::importers {

// Adds the stages of transformers' logits processors, in their order.
void AddHuggingFaceProcessors(Draft& draft);

}  // namespace sampler::importers

#endif  // SAMPLER_IMPORTERS_RUNTIMES_HUGGINGFACE_H_
