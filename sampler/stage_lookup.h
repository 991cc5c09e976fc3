// What a stage of a config is, by its type: asked by whoever looks at a chain
// without running it.
//
// Thread-safety: pure functions.
// Tested by: tests/stages/stage_facts_test.cc.

#ifndef SAMPLER_STAGE_LOOKUP_H_
#define SAMPLER_STAGE_LOOKUP_H_

#include "sampler/config.h"
#include "sampler/stages/registry.h"
#include "sampler/stages/stage_facts.h"

namespace sampler {

// The group of the stage's type; kEdit, the group that promises least, where
// there is no such type.
StageGroup GroupOf(const StageConfig& stage,
                   const StageRegistry& registry = BuiltInStages());

// What its type says of the stage; of a stage that is not right, or whose type
// says nothing, what StageFacts says by default.
StageFacts FactsOf(const StageConfig& stage,
                   const StageRegistry& registry = BuiltInStages());

}  // namespace sampler

#endif  // SAMPLER_STAGE_LOOKUP_H_
