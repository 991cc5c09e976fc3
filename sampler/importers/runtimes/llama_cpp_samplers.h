// llama.cpp's samplers: the steps of a request's `samplers`, and the order that
// this field gives them.
//
// Tested by: tests/importers/llama_server_test.cc.

#ifndef SAMPLER_IMPORTERS_RUNTIMES_LLAMA_CPP_SAMPLERS_H_
#define SAMPLER_IMPORTERS_RUNTIMES_LLAMA_CPP_SAMPLERS_H_

#include <vector>

#include "sampler/importers/draft.h"
#include "sampler/importers/steps.h"

namespace sampler::importers {

struct LlamaSampler {
  Step step;
  char letter;  // Its name in --sampling-seq.
};

// All of them, in the order of llama.cpp's defaults.
const std::vector<LlamaSampler>& LlamaSamplers();

// The samplers of the field `samplers`, a list of names or text of letters.
// Reports what it does not know.
std::vector<const LlamaSampler*> ReadSamplerOrder(Draft& draft);

// The step "temperature", which stands before mirostat as well.
void AddLlamaTemperature(Draft& draft);

}  // namespace sampler::importers

#endif  // SAMPLER_IMPORTERS_RUNTIMES_LLAMA_CPP_SAMPLERS_H_
