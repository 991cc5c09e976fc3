#include "tools/text/progress.h"

#include <cstdio>
#include <string>

#include "tools/text/output.h"

namespace sampler::tools {
namespace {

constexpr std::int64_t kBarColumns = 40;

}  // namespace

Progress::Progress(std::int64_t total, bool quiet)
    : total_(total), shown_(!quiet && IsTerminal(Stream::kStderr)) {}

void Progress::Step() {
  ++done_;
  if (!shown_) return;
  const Clock::time_point now = Clock::now();
  if (now - drawn_ < std::chrono::milliseconds(100)) return;
  drawn_ = now;
  Draw();
}

void Progress::Clear() {
  if (visible_) std::fputs("\r\x1b[K", stderr);
  visible_ = false;
}

double Progress::Rate() const {
  const std::chrono::duration<double> seconds = Clock::now() - start_;
  return static_cast<double>(done_) / seconds.count();
}

void Progress::Draw() {
  const auto filled =
      static_cast<std::size_t>(kBarColumns * done_ / (total_ > 0 ? total_ : 1));
  std::string bar(kBarColumns, '.');
  bar.replace(0, filled, filled, '#');
  std::fprintf(stderr, "\r[%s] %s of %s rows, %.0f rows/s ", bar.c_str(),
               Grouped(done_).c_str(), Grouped(total_).c_str(), Rate());
  std::fflush(stderr);
  visible_ = true;
}

}  // namespace sampler::tools
