#include "tests/tools/in_process.h"

#include <unistd.h>

#include <cstdio>
#include <utility>

#include "tools/app.h"

namespace sampler::tools {
namespace {

// Sends what is written to a stream into an unnamed file for a while.
class Redirection {
 public:
  explicit Redirection(std::FILE* stream)
      : stream_(stream), file_(std::tmpfile()), before_(dup(fileno(stream))) {
    std::fflush(stream_);
    dup2(fileno(file_), fileno(stream_));
  }
  Redirection(const Redirection&) = delete;
  Redirection& operator=(const Redirection&) = delete;
  ~Redirection() { End(); }

  // What was written.
  std::string End() {
    if (file_ == nullptr) return "";
    std::fflush(stream_);
    dup2(before_, fileno(stream_));
    close(before_);
    std::string text(
        static_cast<std::size_t>(lseek(fileno(file_), 0, SEEK_END)), '\0');
    const ssize_t got = pread(fileno(file_), text.data(), text.size(), 0);
    EXPECT_EQ(got, static_cast<ssize_t>(text.size()));
    std::fclose(std::exchange(file_, nullptr));
    return text;
  }

 private:
  std::FILE* stream_;
  std::FILE* file_;
  int before_;
};

}  // namespace

ToolResult Captured(const std::function<int()>& run) {
  Redirection out(stdout);
  Redirection err(stderr);
  ToolResult result;
  result.exit_code = run();
  result.out = out.End();
  result.err = err.End();
  return result;
}

int ExitCodeInProcess(const std::vector<std::string>& arguments) {
  std::vector<const char*> argv = {"sampler"};
  for (const std::string& argument : arguments) {
    argv.push_back(argument.c_str());
  }
  return RunCommandLine(static_cast<int>(argv.size()), argv.data());
}

ToolResult RunInProcess(const std::vector<std::string>& arguments) {
  return Captured([&] { return ExitCodeInProcess(arguments); });
}

}  // namespace sampler::tools
