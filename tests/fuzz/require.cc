#include "tests/fuzz/require.h"

#include <cstdio>
#include <cstdlib>

namespace sampler::fuzz {

void Require(bool holds, absl::string_view promise) {
  if (holds) return;
  std::fprintf(stderr, "broken promise: %.*s\n",
               static_cast<int>(promise.size()), promise.data());
  std::abort();
}

}  // namespace sampler::fuzz
