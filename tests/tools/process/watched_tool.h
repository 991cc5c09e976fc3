// Runs the `sampler` binary as somebody who watches it does: standard error is
// a terminal, and the run can be interrupted in the middle.
//
// Thread-safety: one thread at a time.

#ifndef SAMPLER_TESTS_TOOLS_PROCESS_WATCHED_TOOL_H_
#define SAMPLER_TESTS_TOOLS_PROCESS_WATCHED_TOOL_H_

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "tests/tools/tool.h"

namespace sampler::tools {

class WatchedTool {
 public:
  // Whether this machine gives terminals; a small container may have no devpts.
  static bool HasTerminals();

  // Starts it; stdout goes to a file. REQUIRES: HasTerminals().
  explicit WatchedTool(std::vector<std::string> arguments);
  // Ends it at once, if it still runs.
  ~WatchedTool();
  WatchedTool(const WatchedTool&) = delete;
  WatchedTool& operator=(const WatchedTool&) = delete;

  // Waits until the progress bar counts that many rows. False if the run ends
  // before.
  bool WaitForBar(std::int64_t rows);

  // Nothing, if it was not started: the process -1 is everybody's.
  void Interrupt();

  // Waits for its end.
  ToolResult Finish();

 private:
  // Reads what there is of the terminal; false at its end.
  bool Read();

  pid_t process_ = -1;
  int terminal_ = -1;
  std::string out_;  // A path.
  std::string err_;  // What the terminal showed.
};

}  // namespace sampler::tools

#endif  // SAMPLER_TESTS_TOOLS_PROCESS_WATCHED_TOOL_H_
