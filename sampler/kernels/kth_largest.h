// The k-th largest of many numbers, without ordering them.
//
// For small k most numbers are out of the question at once: the k-th largest of
// the maxima of groups is reached by k numbers, so only what reaches it needs
// looking at.
//
// Thread-safety: a pure function but for the scratch it is given.
// Cost: linear. Memory: 8 bytes per number.
// Tested by: tests/kernels/row_scan_test.cc (against std::sort).

#ifndef SAMPLER_KERNELS_KTH_LARGEST_H_
#define SAMPLER_KERNELS_KTH_LARGEST_H_

#include <cstddef>
#include <vector>

#include "absl/types/span.h"

namespace sampler::kernels {

// REQUIRES: 1 <= k <= values.size(); no NaN.
double KthLargest(absl::Span<const double> values, std::size_t k,
                  std::vector<double>& scratch);

}  // namespace sampler::kernels

#endif  // SAMPLER_KERNELS_KTH_LARGEST_H_
