// What is suspicious about a log, and what to do about each.
//
// Thread-safety: pure function.
// Tested by: tests/tools/inspect_test.cc.

#ifndef SAMPLER_TOOLS_INSPECT_FINDINGS_H_
#define SAMPLER_TOOLS_INSPECT_FINDINGS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "sampler/logs/log.h"
#include "sampler/logs/survey.h"
#include "tools/text/token_text.h"

namespace sampler::tools {

struct Finding {
  std::string code;    // One word, for programs; never changes meaning.
  std::string what;    // One sentence: what was seen, with its numbers.
  std::string action;  // One line: what to do.
};

// In the order of how much each would spoil. `kind` is the user's own word
// (--kind), or "". Errors as logs::Log::Row.
absl::StatusOr<std::vector<Finding>> FindTrouble(const logs::Log& log,
                                                 const logs::Survey& survey,
                                                 const TokenText& text,
                                                 const std::string& kind);

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_INSPECT_FINDINGS_H_
