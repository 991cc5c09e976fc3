#include "tests/tools/process/watched_tool.h"

#include <fcntl.h>
#include <pty.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_replace.h"
#include "tests/tools/process/become.h"

namespace sampler::tools {

bool WatchedTool::HasTerminals() {
  int ends[2];
  if (openpty(&ends[0], &ends[1], nullptr, nullptr, nullptr) != 0) return false;
  for (const int end : ends) close(end);
  return true;
}

WatchedTool::WatchedTool(std::vector<std::string> arguments)
    : out_(WriteTemporary("watched", "")) {
  int end = -1;
  if (openpty(&terminal_, &end, nullptr, nullptr, nullptr) != 0) return;
  process_ = fork();
  if (process_ == 0) {
    dup2(open("/dev/null", O_RDONLY), STDIN_FILENO);
    dup2(open(out_.c_str(), O_WRONLY), STDOUT_FILENO);
    dup2(end, STDERR_FILENO);
    Become(SAMPLER_TOOL, arguments);
  }
  close(end);
}

WatchedTool::~WatchedTool() {
  if (process_ > 0) {
    kill(process_, SIGKILL);
    waitpid(process_, nullptr, 0);
  }
  if (terminal_ >= 0) close(terminal_);
}

bool WatchedTool::Read() {
  char buffer[4096];
  const ssize_t got = read(terminal_, buffer, sizeof(buffer));
  if (got <= 0) return false;
  err_.append(buffer, static_cast<std::size_t>(got));
  return true;
}

bool WatchedTool::WaitForBar(std::int64_t rows) {
  // "\r[####....] 1,234 of 5,000 rows, 99 rows/s ".
  while (true) {
    const std::size_t bar = err_.rfind("] ");
    const std::size_t of =
        bar == std::string::npos ? bar : err_.find(" of ", bar);
    std::int64_t done = 0;
    if (of != std::string::npos &&
        absl::SimpleAtoi(absl::StrReplaceAll(err_.substr(bar + 2, of - bar - 2),
                                             {{",", ""}}),
                         &done) &&
        done >= rows) {
      return true;
    }
    if (!Read()) return false;
  }
}

void WatchedTool::Interrupt() {
  if (process_ > 0) kill(process_, SIGINT);
}

ToolResult WatchedTool::Finish() {
  while (Read()) {
  }
  int status = 0;
  waitpid(std::exchange(process_, -1), &status, 0);
  const int code =
      WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return {code, ReadAll(out_), err_};
}

}  // namespace sampler::tools
