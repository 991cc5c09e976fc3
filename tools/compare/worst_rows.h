// The rows of a comparison that differ most, with the commands that explain
// them.
//
// Thread-safety: one thread at a time.
// Cost: memory of as many rows as are kept.
// Tested by: tests/tools/compare/compare_test.cc.

#ifndef SAMPLER_TOOLS_COMPARE_WORST_ROWS_H_
#define SAMPLER_TOOLS_COMPARE_WORST_ROWS_H_

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "tools/compare/report.h"
#include "tools/options/log_options.h"

namespace sampler::tools {

class WorstRows {
 public:
  // The `count` rows of the largest KLD of the logs' rows, or else of the
  // largest total variation of what the chains leave.
  WorstRows(std::int64_t count, bool by_kld)
      : count_(static_cast<std::size_t>(count)), by_kld_(by_kld) {}

  std::string by() const { return by_kld_ ? "kld" : "tv"; }

  void Add(const RowPair& row);

  // The worst first; of equals the earlier row. Rows that do not differ are
  // none.
  std::vector<WorstRow> Take(const LogOptions& log,
                             const std::array<std::string, 2>& paths,
                             const Sides& sides, const RunOptions& run);

 private:
  std::size_t count_;
  bool by_kld_;
  std::vector<WorstRow> rows_;
};

// The command that explains a row of a log under a chain.
std::string ExplainCommand(const LogOptions& log, const std::string& path,
                           std::int64_t row, const ChainSpec& chain,
                           const RunOptions& run);

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_COMPARE_WORST_ROWS_H_
