// What a verification says, and how it is written: for people, as JSON, JSON
// Lines or CSV.
//
// A number that is absent is null in JSON, empty in CSV and "-" for people. A
// margin that is infinite (a removed token) is null beside "removed": true. In
// JSON, "mismatches" lists the first kListedMismatches; JSON Lines and CSV have
// every row.
//
// Thread-safety: pure functions of the report.
// Tested by: tests/tools/verify/verify_test.cc.

#ifndef SAMPLER_TOOLS_VERIFY_REPORT_H_
#define SAMPLER_TOOLS_VERIFY_REPORT_H_

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "tools/replay/print.h"
#include "tools/text/output.h"
#include "tools/verify/draw_kind.h"
#include "tools/verify/evidence.h"
#include "tools/verify/logprob_tracking.h"
#include "tools/verify/nearest_chain.h"
#include "tools/verify/summary.h"
#include "tools/verify/suspects.h"

namespace sampler::tools {

inline constexpr std::size_t kListedMismatches = 1'000;
inline constexpr std::size_t kShownMismatches = 10;

struct VerifyReport {
  const ReplayHeader& header;
  const DrawKind kind;  // Of the first config.
  const Claim claim;
  const Tolerance& tolerance;
  const CheckOptions& check;
  const double alpha;
  const VerifySummary& summary;
  const Evidence& evidence;
  std::optional<Suspects> suspects;         // Where tokens differ.
  std::optional<NearestChain> nearest;      // Of the first impossible token.
  std::optional<LogprobTracking> tracking;  // Of --reference.
  const Warnings& warnings;
};

// The exit code: 1 if the claim is refuted, or nothing could be checked.
int VerifyExitCode(const VerifyReport& report);

// "refuted", "not refuted" or "nothing to check".
const char* VerdictWord(const VerifyReport& report);

// The changed stages of the nearest chain, "top_k(45)".
std::string NearestText(const PipelineConfig& chain,
                        const PipelineConfig& nearest);

std::string VerifyText(const VerifyReport& report, const Painter& paint);
Json VerifyJson(const VerifyReport& report);

// What is known before the rows.
Json VerifyHeadJson(const ReplayHeader& header, Claim claim,
                    const Tolerance& tolerance, const CheckOptions& check,
                    double alpha);

// A row: {"row", "seq", "pos", "claimed", ...}; `check` may be null.
Json TokenCheckJson(const ReplayHeader& header, const RowPlace& place,
                    const TokenCheck* check);

// The names of TokenCheckCsv's fields, and a row of them.
std::string TokenCheckCsvHead();
std::string TokenCheckCsv(const RowPlace& place, const TokenCheck* check);

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_VERIFY_REPORT_H_
