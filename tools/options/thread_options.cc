#include "tools/options/thread_options.h"

#include <algorithm>
#include <thread>

#include "CLI/CLI.hpp"
#include "tools/options/typed_options.h"

namespace sampler::tools {

void AddThreads(CLI::App& app, int& threads) {
  constexpr int kMostThreads = 1024;
  threads = std::clamp(static_cast<int>(std::thread::hardware_concurrency()), 1,
                       kMostThreads);
  AddInteger(app, "--threads", "Threads (default: all); changes no result",
             {.minimum = 1, .maximum = kMostThreads},
             [&threads](std::int64_t n) { threads = static_cast<int>(n); });
}

}  // namespace sampler::tools
