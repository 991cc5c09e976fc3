// A config for people, logs and reports.
//
// Thread-safety: a pure function.
// Tested by: tests/parameters/secret_test.cc.

#ifndef SAMPLER_CONFIG_PRINTED_H_
#define SAMPLER_CONFIG_PRINTED_H_

#include <string>

#include "sampler/config.h"

namespace sampler {

// ToJson, but secrets (parameters/secret.h) are hidden. ParseConfig refuses the
// result where there was one, and says why.
std::string ToPrintedJson(const PipelineConfig& config,
                          const StageRegistry& registry = BuiltInStages());

}  // namespace sampler

#endif  // SAMPLER_CONFIG_PRINTED_H_
