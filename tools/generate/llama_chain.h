// A config as llama.cpp's own chain of samplers, for comparison: the same
// stages in the same order with the same parameters, as far as it has them.
//
// Each sampler that draws gets the seed given. Where an option of a stage has
// another value than llama.cpp's only one (which tokens a penalty looks at,
// xtc's fire rule) llama.cpp's is taken, and a note says so. With "rng":
// "llama_cpp" there is nothing to note, and both draw the same tokens.
//
// Errors: InvalidArgument for a stage, or a schedule, that llama.cpp has not.
// Thread-safety: a pure function.
// Tested by: tests/generate/llama_chain_test.cc.

#ifndef SAMPLER_TOOLS_GENERATE_LLAMA_CHAIN_H_
#define SAMPLER_TOOLS_GENERATE_LLAMA_CHAIN_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "llama.h"
#include "sampler/config.h"

namespace sampler::tools {

struct FreeLlamaSampler {
  void operator()(llama_sampler* smpl) const { llama_sampler_free(smpl); }
};
using LlamaSamplerPointer = std::unique_ptr<llama_sampler, FreeLlamaSampler>;

struct LlamaChainOptions {
  std::int32_t vocabulary_size = 0;
  std::uint32_t seed = 0;
  // What stands for a window without end: the most tokens there will be.
  std::int32_t context = 0;
};

// REQUIRES: CheckConfig has nothing to report. `notes` may be null.
absl::StatusOr<LlamaSamplerPointer> MakeLlamaChain(
    const PipelineConfig& config, const LlamaChainOptions& options,
    std::vector<std::string>* notes);

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_GENERATE_LLAMA_CHAIN_H_
