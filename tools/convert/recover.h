// `sampler convert --recover`: the log of what a logger was writing.
//
// Thread-safety: one thread at a time.
// Tested by: tests/tools/recover_command_test.cc.

#ifndef SAMPLER_TOOLS_CONVERT_RECOVER_H_
#define SAMPLER_TOOLS_CONVERT_RECOVER_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "sampler/logs/journal/recover.h"
#include "tools/text/output.h"

namespace sampler::tools {

// Each thing that is missing or damaged becomes a warning.
void WarnOfDamage(const logs::RecoveredLog& recovered, Warnings& losses);

// [{"begin": byte, "bytes": n, "rows_before": n}, ...].
Json HolesJson(const logs::RecoveredLog& recovered);

// [{"sequence": n, "of": "rows" | "prompt", "first": n, "count": n}, ...].
Json MissingJson(const logs::RecoveredLog& recovered);

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_CONVERT_RECOVER_H_
