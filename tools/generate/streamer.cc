#include "tools/generate/streamer.h"

#include <algorithm>
#include <cstdio>
#include <utility>

#include "absl/strings/str_cat.h"
#include "tools/text/output.h"

namespace sampler::tools {

namespace {

// Bytes of `text` without the character at its end that may go on.
std::size_t WholeCharacters(absl::string_view text) {
  for (std::size_t tail = 1; tail <= 3 && tail <= text.size(); ++tail) {
    const auto byte = static_cast<unsigned char>(text[text.size() - tail]);
    if (byte < 0x80) break;
    if (byte < 0xc0) continue;
    const std::size_t length = byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
    return length > tail ? text.size() - tail : text.size();
  }
  return text.size();
}

}  // namespace

Streamer::Streamer(std::vector<std::string> names)
    : names_(std::move(names)), pending_(names_.size()) {
  for (const std::string& name : names_) width_ = std::max(width_, name.size());
}

void Streamer::Add(std::int64_t index, absl::string_view piece, bool last) {
  const auto i = static_cast<std::size_t>(index);
  std::string& pending = pending_[i];
  absl::StrAppend(&pending, piece);
  if (width_ == 0) {
    // A character may come in several pieces.
    const std::size_t whole = last ? pending.size() : WholeCharacters(pending);
    Write(pending.substr(0, whole));
    pending.erase(0, whole);
    if (last) Write("\n");
    std::fflush(stdout);
    return;
  }
  for (std::size_t end = pending.find('\n'); end != std::string::npos;
       end = pending.find('\n')) {
    WriteLine(i, absl::string_view(pending).substr(0, end));
    pending.erase(0, end + 1);
  }
  if (last && !pending.empty()) WriteLine(i, std::exchange(pending, ""));
}

void Streamer::WriteLine(std::size_t index, absl::string_view line) {
  const std::string& name = names_[index];
  Write(absl::StrCat(name, std::string(width_ - name.size() + 2, ' '), line,
                     "\n"));
  std::fflush(stdout);
}

}  // namespace sampler::tools
