#include "sampler/random/random_seed.h"

#include <unistd.h>
#if defined(__APPLE__)
#include <sys/random.h>
#endif

#include <cerrno>
#include <cstring>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace sampler {

absl::StatusOr<std::uint64_t> RandomSeed() {
  std::uint64_t seed = 0;
  if (getentropy(&seed, sizeof(seed)) == 0) return seed;
  return absl::UnavailableError(absl::StrCat("no random seed from the system (",
                                             std::strerror(errno),
                                             "), want one to be given"));
}

}  // namespace sampler
