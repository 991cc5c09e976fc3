// The names of the temporary files that this process has, so that a program can
// remove them when a signal ends it.
//
// Thread-safety: any thread. RemoveTemporaryFiles is also safe inside a signal
//   handler: it takes no lock and allocates nothing.
// Cost: one atomic exchange a name. At most 64 names are known at a time; the
//   file of a 65th stays if a signal ends the process.
// Tested by: tests/logs/files/temporary_file_test.cc,
// tests/tools/output_endings_test.cc.

#ifndef SAMPLER_LOGS_FILES_TEMPORARY_NAMES_H_
#define SAMPLER_LOGS_FILES_TEMPORARY_NAMES_H_

#include <cstddef>
#include <string>

namespace sampler::logs {

// Knows `name` from now on and removes the file when it is destroyed.
class TemporaryName {
 public:
  TemporaryName() = default;
  explicit TemporaryName(const std::string& name);
  TemporaryName(TemporaryName&& other) noexcept;
  TemporaryName& operator=(TemporaryName&& other) noexcept;
  TemporaryName(const TemporaryName&) = delete;
  TemporaryName& operator=(const TemporaryName&) = delete;
  ~TemporaryName();

  const char* c_str() const { return name_; }

 private:
  char* name_ = nullptr;  // Owned unless a signal handler took it.
  std::size_t slot_ = 0;
};

// Removes the files of all names. For signal handlers.
void RemoveTemporaryFiles() noexcept;

}  // namespace sampler::logs

#endif  // SAMPLER_LOGS_FILES_TEMPORARY_NAMES_H_
