// A server of the soak: some hundred requests, a few of them live at a time, on
// threads that take whichever waits, all logged into one file.

#ifndef SAMPLER_TESTS_SOAK_SERVER_H_
#define SAMPLER_TESTS_SOAK_SERVER_H_

#include <cstdint>
#include <string>

namespace sampler::soak {

struct Load {
  std::uint32_t round = 0;  // Says the requests' numbers and their pipelines.
  std::uint32_t requests = 64;
  std::uint32_t threads = 4;
  std::string log;  // Where the file is written; it is removed at the end.
};

// Serves them, draws every token of the log again, and serves every fourth
// request once more, alone. Ends the process where a token differs. Returns how
// many tokens the log had.
std::int64_t Serve(const Load& load);

}  // namespace sampler::soak

#endif  // SAMPLER_TESTS_SOAK_SERVER_H_
