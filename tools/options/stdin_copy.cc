#include "tools/options/stdin_copy.h"

#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/types/span.h"
#include "sampler/logs/files/file_names.h"
#include "sampler/logs/files/input_file.h"
#include "sampler/logs/files/output_file.h"
#include "tools/text/output.h"

namespace sampler::tools {
namespace {

struct Close {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

}  // namespace

absl::StatusOr<std::string> CopyStdin(const std::string& what) {
  if (isatty(STDIN_FILENO) == 1) {
    return WithHint(absl::InvalidArgumentError(absl::StrCat(
                        "standard input: got a terminal, want ", what)),
                    absl::StrCat("pipe ", what, " into it, or name a file"));
  }
  const auto fail = [](absl::string_view tried) {
    return absl::ErrnoToStatus(
        errno, absl::StrCat("standard input: cannot be ", tried));
  };
  const std::unique_ptr<std::FILE, Close> copy(std::tmpfile());
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
  // Errors of rows that are read much later then say "standard input" too.
  if (dup2(fileno(copy.get()), STDIN_FILENO) < 0) {
    return fail("replaced by its copy");
  }
  return std::string(logs::kStandardInputFile);
}

absl::Status NamedAsStdin(const absl::Status& status) {
  return absl::Status(
      status.code(),
      absl::StrReplaceAll(status.message(),
                          {{logs::kStandardInputFile, "standard input"}}));
}

}  // namespace sampler::tools
