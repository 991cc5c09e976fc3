// A chain of the stages that many chains have: edits, a shape, truncations.

#ifndef SAMPLER_TESTS_SUPPORT_EVERYDAY_CHAIN_H_
#define SAMPLER_TESTS_SUPPORT_EVERYDAY_CHAIN_H_

namespace sampler {

// For MakePipeline.
inline constexpr char kEverydayChain[] =
    R"({"type": "logit_bias", "bias": {"3": 1.5, "4": false}},
       {"type": "repetition_penalty", "penalty": 1.1, "window": 64},
       {"type": "temperature", "temperature": 0.8},
       {"type": "top_k", "k": 40},
       {"type": "typical_p", "p": 0.95},
       {"type": "top_p", "p": 0.95, "mass": "original"},
       {"type": "min_p", "p": 0.01})";

}  // namespace sampler

#endif  // SAMPLER_TESTS_SUPPORT_EVERYDAY_CHAIN_H_
