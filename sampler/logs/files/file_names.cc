#include "sampler/logs/files/file_names.h"

#include "sampler/parameters/printable.h"

namespace sampler::logs {

std::string InputName(const std::string& path) {
  return path == "-" || path == kStandardInputFile ? "standard input"
                                                   : Printable(path);
}

std::string OutputName(const std::string& path) {
  return path == "-" ? "standard output" : Printable(path);
}

}  // namespace sampler::logs
