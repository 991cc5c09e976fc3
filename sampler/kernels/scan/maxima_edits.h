// Which edits of a row may change the maximum of a block, or what else a row
// knows of itself: of the tokens of a text, one in twenty.
//
// Thread-safety: a pure function.
// Cost: 0.5 ns an edit (AVX-512), whichever edits they are.
// Tested by: tests/kernels/scan/maxima_edits_test.cc (against a plain loop, on
// every
//   instruction set).

#ifndef SAMPLER_KERNELS_SCAN_MAXIMA_EDITS_H_
#define SAMPLER_KERNELS_SCAN_MAXIMA_EDITS_H_

#include <cstddef>
#include <cstdint>

#include "sampler/kernels/block.h"

namespace sampler::kernels {

// An edit replaces the value before[i] of element ids[i] by after[i]. Clears
// bit i % 64 of rare[i / 64] if both are less than the largest value of the
// element's block, maxima[ids[i] / kBlockSize], and after[i] is finite; sets it
// otherwise, and also if before[i] is -inf: then ids[i] may be any number.
// REQUIRES: `rare` has room for a word for every 64 edits; before[i] is no NaN.
void FindMaximaEdits(const std::int32_t* ids, const double* before,
                     const double* after, std::size_t count,
                     const double* maxima, std::uint64_t* rare);

}  // namespace sampler::kernels

#endif  // SAMPLER_KERNELS_SCAN_MAXIMA_EDITS_H_
