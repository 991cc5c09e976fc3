#include "sampler/logs/file_names.h"

#include "sampler/printable.h"

namespace sampler::logs {

std::string InputName(const std::string& path) {
  return path == "-" ? "standard input" : Printable(path);
}

std::string OutputName(const std::string& path) {
  return path == "-" ? "standard output" : Printable(path);
}

}  // namespace sampler::logs
