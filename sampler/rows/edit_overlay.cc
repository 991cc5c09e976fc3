#include "sampler/rows/edit_overlay.h"

#include <algorithm>
#include <cstring>

namespace sampler {

using kernels::kBlockSize;

void EditOverlay::Reset(std::size_t size) {
  // Many are cleared sooner with all the others.
  if (ids_.size() > masks_.size() / 16) {
    std::fill(masks_.begin(), masks_.end(), 0);
  } else {
    for (const std::uint32_t id : ids_) masks_[id / kBlockSize] = 0;
  }
  ids_.clear();
  values_.clear();
  index_.resize(std::max(index_.size(), size));
  masks_.resize(std::max(masks_.size(), kernels::BlockCount(size)));
}

absl::Span<const double> EditOverlay::FindRun(
    absl::Span<const TokenId> ids) const {
  if (ids.empty()) return {};
  const auto first = static_cast<std::size_t>(ids[0]);
  if (first >= index_.size() || !Has(first)) return {};
  const std::size_t begin = index_[first];
  if (begin + ids.size() > ids_.size()) return {};
  static_assert(sizeof(TokenId) == sizeof(ids_[0]));
  const bool same = std::memcmp(ids_.data() + begin, ids.data(),
                                ids.size() * sizeof(TokenId)) == 0;
  return same ? values().subspan(begin, ids.size())
              : absl::Span<const double>();
}

void EditOverlay::SetEach(absl::Span<const TokenId> ids, const double* before,
                          const double* after) {
  const absl::Span<const double> run = FindRun(ids);
  if (!run.empty()) {
    double* const values = values_.data() + (run.data() - values_.data());
    for (std::size_t i = 0; i < ids.size(); ++i) {
      values[i] = IsRemoved(before[i]) ? values[i] : after[i];
    }
    return;
  }
  // Makes room for all and cuts what was not used, so that the loop does not
  // test for room.
  std::size_t edits = ids_.size();
  ids_.resize(edits + ids.size());
  values_.resize(edits + ids.size());
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (IsRemoved(before[i])) continue;
    const auto id = static_cast<std::uint32_t>(ids[i]);
    std::uint64_t& mask = masks_[id / kBlockSize];
    const std::uint64_t bit = std::uint64_t{1} << (id % kBlockSize);
    if ((mask & bit) != 0) {
      values_[index_[id]] = after[i];
      continue;
    }
    mask |= bit;
    index_[id] = static_cast<std::uint32_t>(edits);
    ids_[edits] = id;
    values_[edits++] = after[i];
  }
  ids_.resize(edits);
  values_.resize(edits);
}

}  // namespace sampler
