#include "sampler/instruction_set.h"

#include <algorithm>
#include <cstdlib>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "sampler/kernels/dispatch.h"
#include "sampler/parameters/printable.h"
#include "sampler/parameters/spelling.h"

namespace sampler {

StringView InstructionSet() { return kernels::SimdTarget(); }

absl::Status CheckInstructionSet() {
  const char* const name = std::getenv("SAMPLER_SIMD");
  if (name == nullptr) return absl::OkStatus();
  const std::vector<absl::string_view> targets = kernels::SimdTargets();
  if (std::find(targets.begin(), targets.end(), name) != targets.end()) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      absl::StrCat("SAMPLER_SIMD (environment): got \"",
                   Printable(Shortened(name)), "\", want one of ",
                   absl::StrJoin(targets, ", "), ", or no such variable"));
}

}  // namespace sampler
