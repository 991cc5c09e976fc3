// The manual page of the `sampler` tool, in man(7).
//
// Tested by: tests/tools/docs/command_reference_test.cc.

#ifndef SAMPLER_TOOLS_DOCS_MAN_PAGE_H_
#define SAMPLER_TOOLS_DOCS_MAN_PAGE_H_

#include <string>

#include "absl/strings/string_view.h"
#include "tools/docs/command_line.h"

namespace sampler::tools {

std::string ManPage(const CommandInfo& tool, absl::string_view version);

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_DOCS_MAN_PAGE_H_
