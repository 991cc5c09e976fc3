// Whether files can have no name (O_TMPFILE), which is a matter of the file
// system: where they cannot, what ends with SIGKILL leaves a file behind.

#ifndef SAMPLER_TESTS_SUPPORT_NAMELESS_FILES_H_
#define SAMPLER_TESTS_SUPPORT_NAMELESS_FILES_H_

#include <fcntl.h>
#include <unistd.h>

#include <string>

namespace sampler {

inline bool HasNamelessFiles(const std::string& folder) {
  const int file = open(folder.c_str(), O_TMPFILE | O_RDWR, 0600);
  if (file >= 0) close(file);
  return file >= 0;
}

}  // namespace sampler

#endif  // SAMPLER_TESTS_SUPPORT_NAMELESS_FILES_H_
