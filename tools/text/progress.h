// A progress bar on stderr, for people who watch.
//
// Shown only where stderr is a terminal, at most ten times a second.
// Thread-safety: one thread at a time.

#ifndef SAMPLER_TOOLS_TEXT_PROGRESS_H_
#define SAMPLER_TOOLS_TEXT_PROGRESS_H_

#include <chrono>
#include <cstdint>

namespace sampler::tools {

class Progress {
 public:
  // `total` steps are to come. Not shown if `quiet`.
  Progress(std::int64_t total, bool quiet);
  ~Progress() { Clear(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void Step();

  // Takes the bar away.
  void Clear();

  // Steps done per second so far.
  double Rate() const;

 private:
  using Clock = std::chrono::steady_clock;

  void Draw();

  const std::int64_t total_;
  const bool shown_;
  const Clock::time_point start_ = Clock::now();
  Clock::time_point drawn_ = start_;
  std::int64_t done_ = 0;
  bool visible_ = false;
};

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_TEXT_PROGRESS_H_
