// --threads N: with how many threads a command works. No result depends on it.
//
// Tested by: tests/tools/hostile_test.cc.

#ifndef SAMPLER_TOOLS_OPTIONS_THREAD_OPTIONS_H_
#define SAMPLER_TOOLS_OPTIONS_THREAD_OPTIONS_H_

#include "tools/options/cli_fwd.h"

namespace sampler::tools {

// Sets `threads` to what the machine has; the option changes it.
void AddThreads(CLI::App& app, int& threads);

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_OPTIONS_THREAD_OPTIONS_H_
