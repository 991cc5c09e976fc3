// What must not fail: else the soak ends with what the status says.

#ifndef SAMPLER_TESTS_SOAK_KEPT_H_
#define SAMPLER_TESTS_SOAK_KEPT_H_

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "tests/fuzz/require.h"

namespace sampler::soak {

using fuzz::Require;

inline void Keep(const absl::Status& status) {
  Require(status.ok(), status.message());
}

template <typename T>
T Kept(absl::StatusOr<T> result) {
  Keep(result.status());
  return *std::move(result);
}

}  // namespace sampler::soak

#endif  // SAMPLER_TESTS_SOAK_KEPT_H_
