// The command line of the `sampler` binary as a whole: what it parses, and what
// its documentation is made from.
//
// Tested by: tests/tools/docs/command_reference_test.cc,
//   tests/tools/every_stage_test.cc.

#ifndef SAMPLER_TOOLS_APP_H_
#define SAMPLER_TOOLS_APP_H_

#include <memory>

#include "CLI/CLI.hpp"

namespace sampler::tools {

// Parsing runs the command that was asked for, which leaves its exit code.
// `exit_code` must outlive the result.
std::unique_ptr<CLI::App> MakeApp(int& exit_code);

// Runs a command line and returns its exit code (commands.h). Errors of usage
// are told as every other error.
int RunCommandLine(int argc, const char* const* argv);

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_APP_H_
