// Help and usage errors: the parser's own, made plainer.
//
// Tested by: tests/tools/hostile_test.cc.

#ifndef SAMPLER_TOOLS_OPTIONS_USAGE_H_
#define SAMPLER_TOOLS_OPTIONS_USAGE_H_

#include <memory>

#include "CLI/CLI.hpp"
#include "absl/status/status.h"

namespace sampler::tools {

// CLI11's help without its remarks behind option names, and with the first line
// of a command's description in the list of commands.
std::shared_ptr<CLI::Formatter> MakeHelpFormatter();

// What is wrong with the command line, and what was probably meant:
// `unknown command "repl", did you mean "replay"?`.
absl::Status UsageError(const CLI::App& app, const CLI::ParseError& error,
                        int argc, const char* const* argv);

// Returns true if --json or --jsonl is among the arguments, parsed or not.
bool AsksForJson(int argc, const char* const* argv);

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_OPTIONS_USAGE_H_
