// The settings of a sweep, each measured over the rows, and those that give a
// wanted value.
//
// Every setting is compared (tools/compare) with one chain, under the same seed
// and streams: settings differ by what they do, and not by luck.
//
// Thread-safety: a call uses as many threads as its options say.
// Cost: of each setting that of a comparison.
// Tested by: tests/tools/sweep/sweep_test.cc.

#ifndef SAMPLER_TOOLS_SWEEP_RUN_H_
#define SAMPLER_TOOLS_SWEEP_RUN_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "tools/compare/pairs.h"
#include "tools/compare/range.h"
#include "tools/compare/totals.h"
#include "tools/options/log_options.h"
#include "tools/sweep/grid.h"
#include "tools/text/token_text.h"

namespace sampler::tools {

// A setting's numbers.
struct SweepRow {
  Setting setting;  // Or, where a value was matched, {family, value}.
  ChainSpec chain;
  std::vector<double>
      values;                 // In the order of SweepMetrics(); NaN: not known.
  std::vector<Range> ends;    // What each lies between; NaN: nothing is known.
  std::int64_t left_out = 0;  // Rows that the log does not decide.
  bool best = false;  // All rows count, and no other is better in both of
                      // ParetoMetrics.

  // Is the metric known as a range only?
  bool is_range(std::size_t metric) const {
    return ends[metric].low < ends[metric].high;
  }
};

// The metrics of a row, names of SideMetrics() and "agreement".
const std::vector<std::string>& SweepMetrics();

// Index in SweepMetrics(); empty for another name.
std::optional<std::size_t> SweepMetric(const std::string& name);

// What all settings of a sweep share.
struct SweepQuestion {
  const logs::Log& log;
  const ChainSpec& base;  // That agreement is with.
  const PairOptions& options;
  const TokenText& text;
  const LogOptions& reading;             // How the log was opened.
  std::function<void()> on_row = [] {};  // After each row of each setting.
};

// Errors: Cancelled where the end is asked for (process/interrupt.h).
absl::StatusOr<SweepRow> MeasureSetting(const SweepQuestion& question,
                                        const std::string& chain);

// A budget: the metric whose value every family is brought to.
struct Match {
  std::string text;  // "kept=12".
  std::size_t metric = 0;
  double value = 0;
};

// InvalidArgument for an unknown metric, or what is no number.
absl::StatusOr<Match> ParseMatch(const std::string& text);

// The chains of `families` on top of `on` (grid.h), their parameters at an end
// of what they can be. InvalidArgument for another family, and for one that is
// there twice.
absl::StatusOr<std::vector<std::string>> FamilyChains(
    const std::string& on, const std::vector<std::string>& families);

// Reads all chains before one of them is measured. Errors: of `chains`, which
// may be one, of a chain, and for run options that neither a chain nor the base
// uses.
absl::Status CheckSettings(
    const SweepQuestion& question,
    const absl::StatusOr<std::vector<std::string>>& chains);

// Most settings that MatchFamily measures.
inline constexpr std::int64_t kMostMeasured = 22;

// The setting of `family` (top_k, top_p, min_p, temp, typical, top_n_sigma)
// whose metric is nearest to the wanted value, by bisection.
// InvalidArgument for another family, or a value outside what it can reach;
// Cancelled as above.
absl::StatusOr<SweepRow> MatchFamily(const SweepQuestion& question,
                                     const std::string& on,
                                     const std::string& family,
                                     const Match& match);

// Marks the rows that no other beats: with a logged token, more coverage at
// less risk; else more kept mass with fewer tokens. Settings with rows left out
// are means over other rows: they are not compared. Returns those two names.
std::pair<std::string, std::string> MarkBest(std::vector<SweepRow>& rows);

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_SWEEP_RUN_H_
