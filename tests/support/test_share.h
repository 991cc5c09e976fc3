// How much of the heavy tests to run: SAMPLER_TEST_SHARE (percent, default
// 100), so that slow builds (sanitizers, emulators) run a smaller share. The
// README's test command runs a tenth, .ci/run a twentieth under sanitizers.

#ifndef SAMPLER_TESTS_SUPPORT_TEST_SHARE_H_
#define SAMPLER_TESTS_SUPPORT_TEST_SHARE_H_

#include <algorithm>
#include <cstdlib>

namespace sampler {

// n scaled by the share, at least 1.
inline int Share(int n) {
  const char* percent = std::getenv("SAMPLER_TEST_SHARE");
  if (percent == nullptr) return n;
  return std::max(1, static_cast<int>(std::atof(percent) / 100.0 * n));
}

// n from a share of a tenth on, and less below it, at least 1: for what is
// cheap in an optimised build, which runs all of it, and dear under sanitizers.
inline int ShareBelowATenth(int n) { return std::min(n, Share(10 * n)); }

}  // namespace sampler

#endif  // SAMPLER_TESTS_SUPPORT_TEST_SHARE_H_
