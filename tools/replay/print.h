// How a replay is written: for people, or as JSON, JSON Lines or CSV.
//
// Machine formats name the fields of a row alike:
//
//   row seq pos token text logprob raw_logprob raw_rank u kept kept_mass
//   entropy_raw entropy target target_text target_logprob target_raw_logprob
//   target_rank target_kept same status basis
//
// and, for --top-logprobs N, the lists raw_top and top of {id, text, logprob}:
// the N likeliest tokens of the row as logged and of what the chain left (JSON
// and JSON Lines only).
//
// Where a config has phases, a row also has `phase`, the names of those that
// are open joined by "+" (null: none), and the summary `by_phase`: the metrics
// of the rows of each.
//
// JSON Lines are events {"type": "begin" | "row" | "warning" | "summary"}; JSON
// is the same as one document. Absent numbers are null, or empty in CSV. CSV
// holds rows alone: chain and summary go to stderr.
//
// Thread-safety: one thread at a time.
// Tested by: tests/tools/replay/replay_test.cc,
//   tests/tools/replay/replay_format_test.cc,
//   tests/tools/replay/replay_phases_test.cc.

#ifndef SAMPLER_TOOLS_REPLAY_PRINT_H_
#define SAMPLER_TOOLS_REPLAY_PRINT_H_

#include <map>
#include <memory>
#include <string>

#include "sampler/config.h"
#include "sampler/logs/log.h"
#include "tools/replay/rows.h"
#include "tools/replay/summary.h"
#include "tools/text/number_text.h"
#include "tools/text/output.h"
#include "tools/text/token_text.h"

namespace sampler::tools {

// What the answers are about.
struct ReplayHeader {
  std::string path;
  const logs::Log& log;
  const ReplayConfigs& configs;
  const ReplayOptions& options;
  const TokenText& text;
};

class ReplayPrinter {
 public:
  virtual ~ReplayPrinter() = default;
  virtual void Begin() = 0;
  virtual void Row(const RowResult& row) = 0;
  virtual void End(const ReplaySummaries& summaries,
                   const Warnings& warnings) = 0;
};

// `header` must outlive the printer.
std::unique_ptr<ReplayPrinter> MakeReplayPrinter(const ReplayHeader& header,
                                                 const OutputOptions& output);

// ---- Parts --------------------------------------------------------------

// The chain; of several, how many and each.
std::string ChainsText(const ReplayHeader& header);
// Numbers, or "as logged" where the log tells them.
std::string SeedText(const ReplayHeader& header);
// The same with a note on a seed that nobody told.
std::string SeedLine(const ReplayHeader& header);
std::string StreamText(const ReplayHeader& header);
std::string TiesText(const ReplayHeader& header);
// chain, config, configs (of several), seed, stream and step (null: as logged),
// and settings: "given" or "logged".
Json SettingsJson(const ReplayHeader& header);

// The fields of a row, in their order.
Json RowJson(const ReplayHeader& header, const RowResult& row);

// The metrics, what is missing and why, and the warnings.
Json SummaryJson(const ReplayHeader& header, const ReplaySummaries& summaries,
                 const Warnings& warnings);

// The metrics for people, a line each; behind them, a line for each phase.
std::string SummaryText(const ReplayHeader& header,
                        const ReplaySummaries& summaries, const Painter& paint);
// The lines of the phases; "" where there are none.
std::string PhasesText(const ReplaySummaries& summaries, const Painter& paint);

// Metrics of the summary that have no value, with the reason.
std::map<std::string, std::string> AbsentMetrics(const ReplayHeader& header,
                                                 const ReplaySummary& summary);

std::unique_ptr<ReplayPrinter> MakeReplayJson(const ReplayHeader& header);
std::unique_ptr<ReplayPrinter> MakeReplayJsonLines(const ReplayHeader& header);
std::unique_ptr<ReplayPrinter> MakeReplayTable(const ReplayHeader& header,
                                               const OutputOptions& output);

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_REPLAY_PRINT_H_
