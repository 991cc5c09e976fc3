// Files that fuzz targets read and folders that they write to, in memory where
// the system has such.

#ifndef SAMPLER_TESTS_FUZZ_MEMORY_FILE_H_
#define SAMPLER_TESTS_FUZZ_MEMORY_FILE_H_

#include <string>

#include "tests/fuzz/byte_source.h"

namespace sampler::fuzz {

// A regular file without a name that holds `bytes`.
class MemoryFile {
 public:
  explicit MemoryFile(Bytes bytes);
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  ~MemoryFile();

  // Opens it, while the object lives.
  const std::string& path() const { return path_; }

 private:
  int descriptor_;
  std::string path_;
};

// A folder of this process, empty whenever it is asked for.
std::string EmptyFolder();

}  // namespace sampler::fuzz

#endif  // SAMPLER_TESTS_FUZZ_MEMORY_FILE_H_
