// Replays a log: what a pipeline would have kept and drawn at every row.
//
// A row stands under the logged tokens before it, so each answer is about one
// step. Two distributions are taken of every row: "raw", the softmax of the row
// as logged (T = 1, nothing edited, nothing cut), and the final one, which the
// pipeline leaves.
//
// History: the prompt, then one token per earlier row of the sequence:
//   kLogged    the logged token; without tokens in the log, as kReplayed; none
//              where the log has a label mask, and then the positions after it
//              fall behind by one, as above all before the first token
//   kReplayed  the token that was drawn; where a bad row gave none, the logged
//              token, so that positions stay those of the log; failing that
//              none, and the positions after it fall behind by one
//
// Thread-safety: a call uses up to `threads` threads and emits from one at a
//   time.
// Invariant: what is emitted does not depend on `threads`.
// Cost: memory of two workspaces per thread; results are passed on as they
//   come, in row order (a whole sequence at a time for kReplayed).
// Tested by: tests/tools/replay/replay_test.cc.

#ifndef SAMPLER_TOOLS_REPLAY_ROWS_H_
#define SAMPLER_TOOLS_REPLAY_ROWS_H_

#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "sampler/candidate.h"
#include "sampler/logprobs.h"
#include "sampler/logs/log.h"
#include "sampler/row_status.h"
#include "tools/options/row_selection.h"
#include "tools/options/run_options.h"
#include "tools/replay/configs.h"
#include "tools/replay/row_exactness.h"
#include "tools/replay/row_look.h"

namespace sampler::tools {

enum class HistorySource { kLogged, kReplayed };

struct ReplayOptions {
  RunOptions run;
  HistorySource history = HistorySource::kLogged;
  // Rows that are answered; the others only feed history and position.
  RowSelection rows = {};
  int threads = 1;
  std::int64_t top_logprobs = 0;  // Likeliest tokens to list of each row.
  // Makes the look of each thread (row_look.h); none: nobody looks.
  std::function<RowLook()> look = {};
  DescribeStep describe = nullptr;  // Of the rows that are answered.
};

// Absent numbers are NaN, -1 (ids) or 0 (ranks).
struct RowResult {
  static constexpr double kAbsent = std::numeric_limits<double>::quiet_NaN();

  RowPlace place;
  RowStatus status = RowStatus::kOk;
  RowBasis basis = RowBasis::kExact;
  // Entries at -inf in the row as logged, but for those that the format hides.
  std::int64_t removed_in_log = 0;
  // The phases that are open where the token is drawn (OpenPhases); absent if
  // the config has none.
  std::optional<std::string> phase;

  // The drawn token.
  TokenId token = -1;
  double logprob = kAbsent;      // Under the final distribution.
  double raw_logprob = kAbsent;  // Under the raw one.
  std::int64_t raw_rank = 0;     // Place in the raw total order.
  double u = kAbsent;            // The draw's fraction, if it used one.

  // The kept set.
  std::int64_t kept = 0;
  double kept_mass = kAbsent;  // Raw mass of what was kept.
  double entropy_raw = kAbsent;
  double entropy = kAbsent;

  // The logged token.
  TokenId target = -1;
  double target_logprob = kAbsent;
  double target_raw_logprob = kAbsent;
  std::int64_t target_rank = 0;  // Raw.
  bool target_kept = false;

  // The likeliest tokens of the raw and of the final distribution, as many as
  // ReplayOptions::top_logprobs says.
  std::vector<TokenLogprob> raw_top;
  std::vector<TokenLogprob> top;

  // What ReplayOptions::look found.
  std::shared_ptr<const RowFinding> finding;
  std::string description;  // By ReplayOptions::describe.

  bool exact() const { return basis == RowBasis::kExact; }
  bool has_target() const { return target >= 0; }
  bool has_token() const { return token >= 0; }
};

// Returns true if one of the configs has phases.
bool HasPhases(const ReplayConfigs& configs);

// Returns true if the history is made of drawn tokens, by choice or because the
// log has none.
bool UsesReplayedHistory(const logs::Log& log, const ReplayOptions& options);

// Everything that could make ReplayRows fail on a log as long as they come:
// InvalidArgument for a config that does not fit the log's vocabulary,
// OutOfRange for a stream number outside [0, 2^32) of a sequence with rows that
// are answered.
absl::Status CheckReplay(const logs::Log& log, const ReplayConfigs& configs,
                         const ReplayOptions& options);

// Calls `emit` for every selected row, in order; for the first of them alone
// where the end is asked for (process/interrupt.h).
// REQUIRES: the rows lie in the log, threads >= 1.
// Errors: those of CheckReplay, and of rows that cannot be read; the rows
// before have been emitted.
absl::Status ReplayRows(const logs::Log& log, const ReplayConfigs& configs,
                        const ReplayOptions& options,
                        const std::function<void(const RowResult&)>& emit);

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_REPLAY_ROWS_H_
