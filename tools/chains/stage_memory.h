// What stages remember from token to token (mirostat's mu, the mean that
// adaptive_p follows), in words and numbers, and how far a replay moved it.
//
// With the logged tokens as history a stage learns only at the rows whose drawn
// token is the logged one: elsewhere its memory stays as it was. Under
// "rng": "llama_cpp" this is so of adaptive_p alone. mirostat's mu and the
// engines, of which it is told how many words they have given, move with every
// token that the chain draws.
//
// Thread-safety: pure functions.
// Tested by: tests/tools/chains/stage_memory_test.cc.

#ifndef SAMPLER_TOOLS_CHAINS_STAGE_MEMORY_H_
#define SAMPLER_TOOLS_CHAINS_STAGE_MEMORY_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "sampler/config.h"
#include "sampler/sequence.h"

namespace sampler::tools {

// What a stage remembers, as numbers with names: {"mu", 9.98}.
using StageMemory = std::vector<std::pair<std::string, double>>;

// By stage; empty where a stage remembers nothing that has a name here.
// REQUIRES: the config is valid, and `sequence` is of its pipeline.
std::vector<StageMemory> MemoryOfStages(const PipelineConfig& config,
                                        const Sequence& sequence);

// "mu 9.98, aim 0.3".
std::string MemoryText(const StageMemory& memory);

// The types of the stages that learn from the tokens of the text; of those in
// a parity mode, not the ones that only count words of an engine. REQUIRES: as
// above.
std::vector<std::string> StagesWithMemory(const PipelineConfig& config);

// "mirostat learns only where the drawn token is the logged one, at 3 of 24
// rows"; in a parity mode "mirostat learns from the tokens that it draws, ...".
// "" where no stage learns, or all rows taught it.
std::string MemoryWarning(const PipelineConfig& config, std::int64_t learned,
                          std::int64_t rows);

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_CHAINS_STAGE_MEMORY_H_
