// A server's life: requests that come and go on many threads, with chains of
// any stages, phrases taken back, forks, redraws, drafts, snapshots, and a log
// on the disk, of which every token is drawn again.
//
//   soak LOG [MINUTES [THREADS]]
//
// Without MINUTES a few rounds. With them, a line a minute, and at the end the
// memory of the process must not have grown.

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/soak/kept.h"
#include "tests/soak/server.h"

namespace sampler::soak {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::uint32_t kShortRounds = 3;

double ResidentMegabytes() {
  std::ifstream statistics("/proc/self/statm");
  double all = 0;
  double resident = 0;
  statistics >> all >> resident;
  return resident * static_cast<double>(sysconf(_SC_PAGESIZE)) / 1e6;
}

// A process that keeps what it serves grows without end; one that does not has
// grown by the middle of its life.
void CheckThatMemoryIsFlat(const std::vector<double>& megabytes) {
  const auto middle =
      megabytes.begin() + static_cast<std::ptrdiff_t>(megabytes.size() / 2);
  const double early = *std::max_element(megabytes.begin(), middle);
  const double late = *std::max_element(middle, megabytes.end());
  std::printf("memory: %.0f MB in the first half, %.0f MB in the second\n",
              early, late);
  Require(late <= 1.05 * early + 8, "memory is flat");
}

int Run(const std::string& log, double minutes, std::uint32_t threads) {
  const auto begin = Clock::now();
  const auto elapsed = [&] {
    return std::chrono::duration<double>(Clock::now() - begin).count() / 60;
  };
  std::int64_t tokens = 0;
  std::vector<double> megabytes;
  std::uint32_t round = 0;
  for (double told = 0; round < kShortRounds || elapsed() < minutes;) {
    const Load load = {.round = round++, .threads = threads, .log = log};
    tokens += Serve(load);
    if (minutes > 0) megabytes.push_back(ResidentMegabytes());
    if (minutes == 0 || elapsed() < told + 1) continue;
    told = elapsed();
    std::printf("%.0f minutes: %u requests, %lld tokens, %.0f MB\n", told,
                round * load.requests, static_cast<long long>(tokens),
                megabytes.back());
    std::fflush(stdout);
  }
  if (megabytes.size() > 20) CheckThatMemoryIsFlat(megabytes);
  std::printf("%u rounds, %lld tokens, every one drawn again\n", round,
              static_cast<long long>(tokens));
  return 0;
}

}  // namespace
}  // namespace sampler::soak

int main(int argc, char** argv) {
  if (argc < 2 || argc > 4) {
    std::fprintf(stderr, "usage: soak LOG [MINUTES [THREADS]]\n");
    return 2;
  }
  const double minutes = argc > 2 ? std::atof(argv[2]) : 0;
  const int threads = argc > 3 ? std::atoi(argv[3]) : 4;
  if (minutes < 0 || threads < 1) {
    std::fprintf(stderr, "MINUTES is 0 or more, THREADS 1 or more\n");
    return 2;
  }
  return sampler::soak::Run(argv[1], minutes,
                            static_cast<std::uint32_t>(threads));
}
