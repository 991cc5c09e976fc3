// What a dense row removes of many tokens at once, without becoming doubles.

#include <algorithm>
#include <cstddef>
#include <optional>

#include "absl/types/span.h"
#include "sampler/candidate.h"
#include "sampler/kernels/edits/mask_row.h"
#include "sampler/rows/dense_row.h"

namespace sampler {

bool DenseRow::RemoveBelow(double threshold) {
  if (stored_.IsOfDoubles()) return false;
  const std::optional<double> least = stored_.LeastStored(threshold);
  if (!least.has_value()) return false;
  stored_.RaiseFloor(*least);
  for (double& value : edits_.mutable_values()) {
    if (value < threshold) value = kRemoved;
  }
  BlockMaxima();
  for (double& max : block_max_) {
    if (max < threshold) max = kRemoved;
  }
  finite_count_.reset();
  max_.reset();
  return true;
}

void DenseRow::RemoveUnmasked(TokenMask mask, MaskPadding padding,
                              std::size_t allowed) {
  const bool were_finite = finite_count_ == size();
  const Logits row = stored_.stored();
  masked_.resize(std::max(masked_.size(), size() * DTypeSize(row.dtype())));
  kernels::CopyAllowed(row, mask, padding, masked_.data());
  stored_.MoveTo(masked_.data());
  kernels::ScanBlockMaxima(stored_.stored(), block_max_.data());
  for (double& max : block_max_) {
    if (max < stored_.floor()) max = kRemoved;
  }
  stored_.ApplyFactors(absl::MakeSpan(block_max_));
  dirty_.Clear();
  for (std::size_t i = 0; i < edits_.ids().size(); ++i) {
    const std::size_t id = edits_.ids()[i];
    if (!mask.Allows(id, padding)) edits_.mutable_values()[i] = kRemoved;
    dirty_.Mark(id / kernels::kBlockSize);
  }
  finite_count_.reset();
  if (were_finite) finite_count_ = allowed;
  max_.reset();
}

}  // namespace sampler
