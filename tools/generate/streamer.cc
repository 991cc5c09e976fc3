#include "tools/generate/streamer.h"

#include <algorithm>
#include <cstdio>
#include <utility>

#include "absl/strings/str_cat.h"
#include "tools/output.h"

namespace sampler::tools {

Streamer::Streamer(std::vector<std::string> names)
    : names_(std::move(names)), pending_(names_.size()) {
  for (const std::string& name : names_) width_ = std::max(width_, name.size());
}

void Streamer::Add(std::int64_t index, absl::string_view piece, bool last) {
  if (width_ == 0) {
    Write(piece);
    if (last) Write("\n");
    std::fflush(stdout);
    return;
  }
  const auto i = static_cast<std::size_t>(index);
  std::string& pending = pending_[i];
  absl::StrAppend(&pending, piece);
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
