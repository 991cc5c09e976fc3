// Stretches of a row as doubles, converted and scaled in registers.
//
// Thread-safety: pure functions.
// Cost: one read and one write of the stretch.
// Tested by: tests/kernels/scan/row_scan_test.cc (every type and instruction
// set against plain
//   loops).

#ifndef SAMPLER_KERNELS_LOAD_H_
#define SAMPLER_KERNELS_LOAD_H_

#include <cstddef>
#include <cstdint>
#include <limits>

#include "absl/types/span.h"
#include "sampler/logits.h"

namespace sampler::kernels {

// A floor of a row that nothing is below. Kernels that take a floor count
// elements below it as -inf; of rows of doubles they take no other than this.
inline constexpr double kNoFloor = -std::numeric_limits<double>::infinity();

// out[i] = element `first` + i, converted exactly and multiplied by every
// factor in turn, each product rounded. A NaN comes out as a NaN or an
// infinity. Elements below `least`, a float, come out as -inf. REQUIRES: first
// + count <= row.size(); a row of doubles has no floor.
void LoadScaled(Logits row, std::size_t first, std::size_t count,
                absl::Span<const double> factors, double* out,
                double least = kNoFloor);

// The same of elements at any places: values[i] is element ids[i], or, where
// that lies outside the row, any other. REQUIRES: the row is not empty.
void LoadElements(Logits row, const std::int32_t* ids, std::size_t count,
                  absl::Span<const double> factors, double* values,
                  double least = kNoFloor);

}  // namespace sampler::kernels

#endif  // SAMPLER_KERNELS_LOAD_H_
