// Where the phases of a text stand, in words.
//
// Thread-safety: pure functions.
// Tested by: tests/tools/replay/replay_phases_test.cc.

#ifndef SAMPLER_TOOLS_CHAINS_PHASE_WORDS_H_
#define SAMPLER_TOOLS_CHAINS_PHASE_WORDS_H_

#include <string>

#include "sampler/history/history.h"

namespace sampler::tools {

// The names of the phases that are open, in the order of the rules: "thinking",
// "answer+quote"; "" if none is, and if no phases are followed.
std::string OpenPhases(const PhaseTrack& track);

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_CHAINS_PHASE_WORDS_H_
