#include "tools/detect/key_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "absl/cleanup/cleanup.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "sampler/parameters/printable.h"

namespace sampler::tools {
namespace {

// The largest key is SynthID's with the table of transformers: 65,536 bits.
constexpr std::size_t kLargest = std::size_t{4} << 20;

absl::StatusOr<std::string> ReadAll(int descriptor, const std::string& name) {
  std::string text;
  char buffer[4096];
  while (true) {
    const ssize_t got = read(descriptor, buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      return absl::ErrnoToStatus(errno, absl::StrCat(name, ": cannot be read"));
    }
    if (got == 0) return text;
    text.append(buffer, static_cast<std::size_t>(got));
    if (text.size() > kLargest) {
      return absl::ResourceExhaustedError(
          absl::StrCat(name, ": over 4 MB, want a key"));
    }
  }
}

}  // namespace

std::string NameOf(const KeySource& source) {
  return source.descriptor.has_value()
             ? absl::StrCat("--key-fd ", *source.descriptor)
             : absl::StrCat("--key-file ", Printable(source.file));
}

absl::StatusOr<std::string> ReadKey(const KeySource& source) {
  const std::string name = NameOf(source);
  if (source.descriptor.has_value()) return ReadAll(*source.descriptor, name);
  if (source.file == "-") return ReadAll(STDIN_FILENO, name);
  const int descriptor = open(source.file.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) {
    return absl::ErrnoToStatus(errno, absl::StrCat(name, ": cannot be opened"));
  }
  const absl::Cleanup close_it = [descriptor] { close(descriptor); };
  return ReadAll(descriptor, name);
}

}  // namespace sampler::tools
