// A token that a chain cannot draw: which stage removed it, and the nearest
// parameters of that chain that would not have.
//
// "Nearest" is found by trying: of the stage that removed the token, each
// number is moved towards either end of its range, by bisection, until the
// token is just kept; the way that keeps the fewest tokens is taken. Where
// another stage then removes it, that one is moved too.
//
// Thread-safety: pure function of its arguments.
// Cost: some hundred steps of the chain.
// Tested by: tests/tools/verify/nearest_chain_test.cc.

#ifndef SAMPLER_TOOLS_VERIFY_NEAREST_CHAIN_H_
#define SAMPLER_TOOLS_VERIFY_NEAREST_CHAIN_H_

#include <optional>
#include <string>

#include "sampler/config.h"
#include "sampler/pipeline.h"

namespace sampler::tools {

struct NearestChain {
  std::string removed_by;  // "top_k: rank 45 > 40"; "": nobody removed it.
  std::optional<PipelineConfig> chain;  // Absent: no numbers would keep it.
};

// REQUIRES: the config is valid for the row's size; `token` lies in it.
NearestChain FindNearestChain(const PipelineConfig& config, Logits row,
                              const Sequence& sequence,
                              const StepInputs& inputs, TokenId token);

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_VERIFY_NEAREST_CHAIN_H_
