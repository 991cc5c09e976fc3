// What `sampler verify` was asked, and what it opens before the first row.
//
// Tested by: tests/tools/verify/verify_test.cc.

#ifndef SAMPLER_TOOLS_VERIFY_COMMAND_H_
#define SAMPLER_TOOLS_VERIFY_COMMAND_H_

#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "tools/options/config_options.h"
#include "tools/options/log_options.h"
#include "tools/options/row_selection.h"
#include "tools/replay/rows.h"
#include "tools/text/output.h"
#include "tools/text/token_text.h"
#include "tools/verify/draw_kind.h"
#include "tools/verify/evidence.h"
#include "tools/verify/logprob_tracking.h"

namespace sampler::tools {

// What was asked.
struct VerifyCommand {
  LogOptions log;
  ConfigOptions config;
  ReplayOptions options;
  RowSelectionOptions rows;
  OutputOptions output;
  Engine engine = Engine::kConfig;
  Claim claim = Claim::kSeed;
  Tolerance tolerance;
  double min_match = 1.0;
  std::optional<double> sigma;
  std::string fssl;  // "SCORE:RANK"; "": FsslRule's own numbers.
  double alpha = 0.001;
  std::string reference;  // A second log for LT; "": none.
};

// The log, the claim about it, and what is looked at.
struct OpenedClaim {
  std::unique_ptr<const logs::Log> log;
  TokenText shown;
  ReplayConfigs configs;
};

// Opens the log and completes the options. Errors of everything that could
// keep the rows from being drawn again.
absl::StatusOr<OpenedClaim> OpenClaim(VerifyCommand& verify);

// Warnings before the rows. InvalidArgument for rows that are no logits.
absl::Status WarnOfRows(const VerifyCommand& verify, const OpenedClaim& opened,
                        Warnings& warnings);

// What gls, cgs and the percentiles are computed with.
// InvalidArgument for --fssl that is no rule, and for a tolerance of the seed's
// own draws beside --claim law.
absl::StatusOr<CheckOptions> ChecksOf(const VerifyCommand& verify);

// LT of the log and --reference; empty where that was not given.
absl::StatusOr<std::optional<LogprobTracking>> TrackReference(
    const VerifyCommand& verify, const logs::Log& log);

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_VERIFY_COMMAND_H_
