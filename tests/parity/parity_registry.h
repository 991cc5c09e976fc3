// The stage types that configs of the parity mode may name: the library's and,
// of those that llama.cpp has and the library has not, name and parameters. A
// chain of the parity mode runs no stage of the house, so that is all it takes.
#ifndef SAMPLER_TESTS_PARITY_PARITY_REGISTRY_H_
#define SAMPLER_TESTS_PARITY_PARITY_REGISTRY_H_

#include "sampler/stages/registry.h"

namespace sampler {

const StageRegistry& ParityRegistry();

// Whether the library has every stage type that llama.cpp has.
bool LibraryHasEveryStageOfLlamaCpp();

}  // namespace sampler

#endif  // SAMPLER_TESTS_PARITY_PARITY_REGISTRY_H_
