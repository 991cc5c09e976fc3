// What else the C interface draws from one chain, beside what the library
// draws: all tokens of a draw, tokens for forks and by the caller's bits, codes
// (c/draws.h), and rounds of drafts in a row and in a tree (c/speculation.h,
// c/trees.h). Tokens, numbers, statuses, sentences and what sequences then
// hold must be the library's.

#ifndef SAMPLER_TESTS_TOOLS_C_DRAW_DOORS_H_
#define SAMPLER_TESTS_TOOLS_C_DRAW_DOORS_H_

#include <cstdint>
#include <string>

#include "sampler/pipeline.h"
#include "tests/tools/doors.h"

namespace sampler::tools {

// A chain, and what it is walked along.
struct DrawnChain {
  const Pipeline& pipeline;
  const std::string& config;  // The same as text.
  std::uint64_t seed;
  const LoggedSequence& log;
};

// Row after row, with `inputs`.
void ExpectDrawsInC(const DrawnChain& chain, const StepInputs& inputs);

// Two rounds of drafts. The chain is draft and target, on other rows each.
void ExpectRoundsInC(const DrawnChain& chain);
void ExpectTreesInC(const DrawnChain& chain);

}  // namespace sampler::tools

#endif  // SAMPLER_TESTS_TOOLS_C_DRAW_DOORS_H_
