// Answers of a re-implementation against this library's.
//
// Thread-safety: pure functions.
// Tested by: tests/tools/vectors/vectors_test.cc.

#ifndef SAMPLER_TOOLS_VECTORS_CHECK_H_
#define SAMPLER_TOOLS_VECTORS_CHECK_H_

#include <cstdint>
#include <string>
#include <vector>

#include "tools/vectors/vector.h"

namespace sampler::tools {

// An answer that differs: which vector, what of it, and both values.
struct VectorDifference {
  std::string id;     // "top_p/ties", "philox 3".
  std::string field;  // "status", "kept", "weights", "token", "bits", ...
  std::string got;
  std::string want;
};

struct VectorCheck {
  std::int64_t checked = 0;
  std::int64_t agreeing = 0;
  std::int64_t close = 0;  // Agree, but for weights that differ by a little.
  std::vector<VectorDifference> differences;  // The first of each vector.
};

// `slack`: by so much each weight may differ (an exponential that is rounded
// otherwise gives weights that are off by 1). Everything else must be equal.
VectorCheck CheckVectors(const VectorSet& answered, std::int64_t slack);

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_VECTORS_CHECK_H_
