// Runs command lines of the `sampler` tool inside the test's own process: many
// more of them a second than by RunTool, and under the test's sanitizers.
//
// Thread-safety: one at a time: the process's standard output and error are
// redirected meanwhile.

#ifndef SAMPLER_TESTS_TOOLS_IN_PROCESS_H_
#define SAMPLER_TESTS_TOOLS_IN_PROCESS_H_

#include <string>
#include <vector>

#include "tests/tools/tool.h"

namespace sampler::tools {

// As RunTool, but without standard input.
ToolResult RunInProcess(const std::vector<std::string>& arguments);

}  // namespace sampler::tools

#endif  // SAMPLER_TESTS_TOOLS_IN_PROCESS_H_
