// Stretches of a row as doubles, converted and scaled in registers.
//
// Thread-safety: pure functions.
// Cost: one read and one write of the stretch.
// Tested by: tests/row_scan_test.cc (every type and instruction set against
// plain
//   loops).

#ifndef SAMPLER_KERNELS_LOAD_H_
#define SAMPLER_KERNELS_LOAD_H_

#include <cstddef>

#include "absl/types/span.h"
#include "sampler/logits.h"

namespace sampler::kernels {

// out[i] = element `first` + i, converted exactly and multiplied by every
// factor in turn, each product rounded. A NaN comes out as a NaN or an
// infinity. REQUIRES: first + count <= row.size().
void LoadScaled(Logits row, std::size_t first, std::size_t count,
                absl::Span<const double> factors, double* out);

}  // namespace sampler::kernels

#endif  // SAMPLER_KERNELS_LOAD_H_
