// Completions of the `sampler` tool for shells: commands, options, the words
// that options take, presets, runtimes, and file names elsewhere.
//
// Tested by: tests/tools/docs/command_reference_test.cc (bash runs its own; zsh
// and fish theirs where they are installed).

#ifndef SAMPLER_TOOLS_DOCS_COMPLETIONS_H_
#define SAMPLER_TOOLS_DOCS_COMPLETIONS_H_

#include <string>

#include "tools/docs/command_line.h"

namespace sampler::tools {

std::string BashCompletion(const CommandInfo& tool);
std::string ZshCompletion(const CommandInfo& tool);
std::string FishCompletion(const CommandInfo& tool);

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_DOCS_COMPLETIONS_H_
