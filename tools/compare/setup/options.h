// The options of `compare`.
//
// Tested by: tests/tools/compare/compare_test.cc.

#ifndef SAMPLER_TOOLS_COMPARE_SETUP_OPTIONS_H_
#define SAMPLER_TOOLS_COMPARE_SETUP_OPTIONS_H_

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tools/compare/chain_spec.h"
#include "tools/compare/pairs.h"
#include "tools/compare/trainer/options.h"
#include "tools/html/page.h"
#include "tools/options/cli_fwd.h"
#include "tools/options/log_options.h"
#include "tools/options/row_selection.h"
#include "tools/text/exports.h"
#include "tools/text/output.h"

namespace sampler::tools {

inline constexpr std::int64_t kWorstRows = 5;

struct CompareOptions {
  LogOptions log;
  std::string other;  // The second log; "": the first one again.
  std::array<std::string, 2> chains = {kRawChain, kRawChain};
  PairOptions pairs;
  RowSelectionOptions rows;
  std::optional<std::int64_t> worst;  // Absent: kWorstRows.
  TrainerChoice trainer;
  std::vector<std::string> gates;
  OutputOptions output;
  bool markdown = false;
  HtmlOptions html;
  ExportOptions exports;

  // Is there an answer with rows, and their tokens? Tables of CSV have none.
  bool shows_rows() const {
    return output.format() != Format::kCsv || html.wanted() ||
           exports.files.contains(ExportFormat::kJson) ||
           exports.files.contains(ExportFormat::kMarkdown);
  }
};

// Adds all of them to a command, which writes to `options`.
void AddCompareOptions(CLI::App& command,
                       const std::shared_ptr<CompareOptions>& options);

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_COMPARE_SETUP_OPTIONS_H_
