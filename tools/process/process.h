// What every program of this project does around its work: standard streams
// that are really there, signals, help and usage errors, and no exception that
// leaves main.
//
// Tested by: tests/tools/process/process_test.cc.

#ifndef SAMPLER_TOOLS_PROCESS_PROCESS_H_
#define SAMPLER_TOOLS_PROCESS_PROCESS_H_

#include <functional>
#include <optional>

#include "CLI/CLI.hpp"

namespace sampler::tools {

// To be called first.
//
// A standard stream that is closed becomes one whose use is an error, so that
// no file that is opened later takes its place. A signal that ends the program
// (INT, TERM, HUP, QUIT, and PIPE: a reader that has seen enough) removes its
// temporary files first; a command may heed the first INT (interrupt.h). The
// limit of a file's size is an error, not a signal. Where memory runs out so
// far that the stack cannot unwind, the process says so and ends with code 2,
// its temporary files removed.
void PrepareProcess();

// The exit code of `run`; 2, and a message, if it throws.
int RunGuarded(const std::function<int()>& run);

// Ends the process by SIGINT where a command has heeded one (interrupt.h).
void EndIfInterrupted();

// Parses the arguments, which runs the command that was asked for. Returns the
// exit code where there is nothing else to do: help or version was printed (0),
// or the arguments were wrong or the help could not be written (2).
std::optional<int> ParseArguments(CLI::App& app, int argc,
                                  const char* const* argv);

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_PROCESS_PROCESS_H_
