// Which blocks of a row have a maximum that must be computed anew.
//
// Thread-safety: one thread at a time.
// Cost: O(1) a mark; Clear is linear in the marks. No allocation once grown.
// Tested by: tests/rows/dense_row_test.cc.

#ifndef SAMPLER_ROWS_DIRTY_BLOCKS_H_
#define SAMPLER_ROWS_DIRTY_BLOCKS_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/types/span.h"

namespace sampler {

class DirtyBlocks {
 public:
  // Starts over without marks, for blocks below `count`.
  void Reset(std::size_t count) {
    Clear();
    dirty_.resize(std::max(dirty_.size(), count));
  }

  bool Has(std::size_t block) const { return dirty_[block] != 0; }

  void Mark(std::size_t block) {
    if (Has(block)) return;
    dirty_[block] = 1;
    blocks_.push_back(static_cast<std::uint32_t>(block));
  }

  absl::Span<const std::uint32_t> blocks() const { return blocks_; }

  void Clear() {
    for (const std::uint32_t block : blocks_) dirty_[block] = 0;
    blocks_.clear();
  }

 private:
  std::vector<std::uint8_t> dirty_;    // By block.
  std::vector<std::uint32_t> blocks_;  // The marked ones.
};

}  // namespace sampler

#endif  // SAMPLER_ROWS_DIRTY_BLOCKS_H_
