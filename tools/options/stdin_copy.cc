#include "tools/options/stdin_copy.h"

#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/types/span.h"
#include "sampler/logs/files/input_file.h"
#include "sampler/logs/files/output_file.h"
#include "tools/text/output.h"

namespace sampler::tools {

absl::StatusOr<StdinCopy> StdinCopy::Make(const std::string& what) {
  if (isatty(STDIN_FILENO) == 1) {
    return WithHint(absl::InvalidArgumentError(absl::StrCat(
                        "standard input: got a terminal, want ", what)),
                    absl::StrCat("pipe ", what, " into it, or name a file"));
  }
  const auto fail = [](absl::string_view tried) {
    return absl::ErrnoToStatus(
        errno, absl::StrCat("standard input: cannot be ", tried));
  };
  std::unique_ptr<std::FILE, Close> copy(std::tmpfile());
  if (copy == nullptr) return fail("copied to a temporary file");
  std::vector<unsigned char> buffer(1 << 20);
  std::int64_t size = 0;
  while (true) {
    const ssize_t got = read(STDIN_FILENO, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail("read");
    if (got == 0) break;
    size += got;
    absl::Status ends =
        logs::CheckHasAnEnd(STDIN_FILENO, size, "standard input");
    if (!ends.ok()) return ends;
    errno = logs::WriteFully(
        fileno(copy.get()),
        absl::MakeConstSpan(buffer).first(static_cast<std::size_t>(got)));
    if (errno != 0) return fail("copied to a temporary file");
  }
  return StdinCopy(std::move(copy));
}

std::string StdinCopy::path() const {
  return absl::StrCat("/proc/self/fd/", fileno(file_.get()));
}

absl::Status StdinCopy::Renamed(const absl::Status& status) const {
  return absl::Status(
      status.code(),
      absl::StrReplaceAll(status.message(), {{path(), "standard input"}}));
}

}  // namespace sampler::tools
