// Runs command lines of the `sampler` tool inside the test's own process: many
// more of them a second than by RunTool, and under the test's sanitizers.
//
// Thread-safety: one at a time: the process's standard output and error are
// redirected meanwhile.

#ifndef SAMPLER_TESTS_TOOLS_IN_PROCESS_H_
#define SAMPLER_TESTS_TOOLS_IN_PROCESS_H_

#include <functional>
#include <string>
#include <vector>

#include "tests/tools/tool.h"

namespace sampler::tools {

// What `run` writes to standard output and error; its value is the exit code.
ToolResult Captured(const std::function<int()>& run);

// The exit code of a command line, whose output is not redirected.
int ExitCodeInProcess(const std::vector<std::string>& arguments);

// As RunTool, but without standard input.
ToolResult RunInProcess(const std::vector<std::string>& arguments);

}  // namespace sampler::tools

#endif  // SAMPLER_TESTS_TOOLS_IN_PROCESS_H_
