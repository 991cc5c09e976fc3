#include "tools/options/row_selection.h"

#include <algorithm>
#include <utility>

#include "CLI/CLI.hpp"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "sampler/parameters/decimal.h"
#include "sampler/parameters/printable.h"
#include "sampler/parameters/spelling.h"
#include "tools/options/typed_options.h"

namespace sampler::tools {

void AddRowSelection(CLI::App& app, RowSelectionOptions& options) {
  app.add_option("--rows", options.rows, "Rows A to B - 1 only")
      ->type_name("A:B");
  AddInteger(app, "--every", "Of these every N-th only", {.minimum = 1},
             [&options](std::int64_t n) { options.every = n; })
      ->type_name("N");
  AddInteger(app, "--limit", "Of these the first N only", {.minimum = 1},
             [&options](std::int64_t n) { options.limit = n; })
      ->type_name("N");
}

absl::StatusOr<RowSelection> SelectRows(const RowSelectionOptions& options,
                                        std::int64_t rows) {
  RowSelection selection = {0, rows, options.every};
  if (!options.rows.empty()) {
    const std::pair<std::string, std::string> parts =
        absl::StrSplit(options.rows, absl::MaxSplits(':', 1));
    const auto read = [](const std::string& part, std::int64_t& out) {
      const auto number = ReadInteger(part);
      if (number.ok()) out = *number;
      return part.empty() || number.ok();
    };
    if (!absl::StrContains(options.rows, ':') ||
        !read(parts.first, selection.first) ||
        !read(parts.second, selection.end) || selection.first < 0 ||
        selection.first >= selection.end || selection.end > rows) {
      return absl::InvalidArgumentError(
          absl::StrCat("--rows ", Printable(Shortened(options.rows)),
                       ": want A:B with 0 <= A < B <= ", rows,
                       " (rows A to B - 1 of the log)"));
    }
  }
  if (options.limit > 0 && options.limit < selection.count()) {
    selection.end = selection.first + (options.limit - 1) * options.every + 1;
  }
  return selection;
}

}  // namespace sampler::tools
