// Standard input as a file that can be opened by name, and several times: a log
// is mapped, which a pipe cannot be.
//
// Tested by: tests/tools/hostile_test.cc, tests/tools/detect_test.cc.

#ifndef SAMPLER_TOOLS_OPTIONS_STDIN_COPY_H_
#define SAMPLER_TOOLS_OPTIONS_STDIN_COPY_H_

#include <cstdio>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace sampler::tools {

class StdinCopy {
 public:
  // Reads all of it into an unnamed temporary file. InvalidArgument for a
  // terminal: want `what`, as "a log".
  static absl::StatusOr<StdinCopy> Make(const std::string& what);

  std::string path() const;

  // The error with the name that the user gave.
  absl::Status Renamed(const absl::Status& status) const;

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };

  explicit StdinCopy(std::unique_ptr<std::FILE, Close> file)
      : file_(std::move(file)) {}

  std::unique_ptr<std::FILE, Close> file_;
};

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_OPTIONS_STDIN_COPY_H_
