// Which rows of a log a command looks at: --rows A:B, --every N, --limit N.
//
//   rows A to B - 1, of these the first, the (N + 1)-th ..., of these at most
//   so many
//
// Rows that are left out still are history of those that come after them.
//
// Errors: InvalidArgument for a range that is not inside the log.
// Thread-safety: plain data.
// Tested by: tests/tools/options/row_selection_test.cc.

#ifndef SAMPLER_TOOLS_OPTIONS_ROW_SELECTION_H_
#define SAMPLER_TOOLS_OPTIONS_ROW_SELECTION_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "tools/options/cli_fwd.h"

namespace sampler::tools {

struct RowSelection {
  std::int64_t first = 0;
  std::int64_t end = 0;
  std::int64_t every = 1;

  bool Has(std::int64_t row) const {
    return row >= first && row < end && (row - first) % every == 0;
  }
  std::int64_t count() const {
    return end <= first ? 0 : (end - first - 1) / every + 1;
  }
  friend bool operator==(const RowSelection&, const RowSelection&) = default;
};

// As it was given.
struct RowSelectionOptions {
  std::string rows;  // "A:B"; "": all.
  std::int64_t every = 1;
  std::int64_t limit = 0;  // 0: no limit.
};

void AddRowSelection(CLI::App& app, RowSelectionOptions& options);

// Of a log of `rows` rows.
absl::StatusOr<RowSelection> SelectRows(const RowSelectionOptions& options,
                                        std::int64_t rows);

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_OPTIONS_ROW_SELECTION_H_
