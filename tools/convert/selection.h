// What is left of a log where only some of its rows are written.
//
// Rows before the first one of a sequence become its prompt: their tokens still
// are history. Of rows that are left out between others the tokens are lost,
// and so is how a sequence was drawn unless all its rows from the first on are
// written: a draw depends on where in its text a token stands.
//
// Thread-safety: pure functions.
// Cost: that of a copy of what the log holds besides its rows.
// Tested by: tests/tools/convert_rows_test.cc.

#ifndef SAMPLER_TOOLS_CONVERT_SELECTION_H_
#define SAMPLER_TOOLS_CONVERT_SELECTION_H_

#include <cstdint>
#include <vector>

#include "sampler/logs/log_contents.h"
#include "tools/options/row_selection.h"

namespace sampler::tools {

// Contents of the selected rows, and where each stands in the log.
struct SelectedContents {
  logs::LogContents contents;
  std::vector<std::int64_t> rows;
  bool lost_history = false;   // Tokens between the rows.
  bool lost_settings = false;  // How sequences were drawn.
};

// REQUIRES: the selection lies in the log that `all` are the contents of.
// Masks are not copied.
SelectedContents SelectContents(const logs::LogContents& all,
                                const RowSelection& selection);

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_CONVERT_SELECTION_H_
