// Rows without the tokens that a packed mask does not allow, in the type in
// which they are stored: what reads them next stays as fast as it was, where
// doubles would be twice or four times as long.
//
// Thread-safety: pure functions.
// Cost: one read and one write of the row.
// Tested by: tests/kernels/edits/mask_row_test.cc (every type and instruction
// set
//   against a plain loop).

#ifndef SAMPLER_KERNELS_EDITS_MASK_ROW_H_
#define SAMPLER_KERNELS_EDITS_MASK_ROW_H_

#include "sampler/logits.h"
#include "sampler/token_mask.h"

namespace sampler::kernels {

// Writes row.size() elements of the row's type to `out`: the element where
// `mask` allows its token (where it has no bit, `padding` says), else -inf.
// `out` is the row itself, or does not overlap it.
void CopyAllowed(Logits row, TokenMask mask, MaskPadding padding,
                 unsigned char* out);

}  // namespace sampler::kernels

#endif  // SAMPLER_KERNELS_EDITS_MASK_ROW_H_
