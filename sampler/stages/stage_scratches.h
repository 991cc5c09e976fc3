// The StageScratch objects (stage.h) of one workspace. Internal.
//
// A workspace may serve many pipelines, one after the other or in turn. It
// keeps the scratch of the kMost stages that were added last.
//
// Thread-safety: one thread at a time.
// Tested by: tests/stages/own_stage_test.cc.

#ifndef SAMPLER_STAGES_STAGE_SCRATCHES_H_
#define SAMPLER_STAGES_STAGE_SCRATCHES_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "sampler/stages/stage.h"

namespace sampler {

class StageScratches {
 public:
  // The scratch of the stage with this key; null for key 0. Cost: a search
  // among kMost keys; for a stage that has no scratch here, or no longer, also
  // MakeScratch.
  StageScratch* Of(std::uint64_t key, const Stage& stage) {
    if (key == 0) return nullptr;
    const auto at =
        std::find_if(entries_.begin(), entries_.end(),
                     [key](const Entry& entry) { return entry.key == key; });
    if (at != entries_.end()) return at->memory.get();
    if (entries_.size() == kMost) entries_.erase(entries_.begin());
    entries_.push_back({key, stage.MakeScratch()});
    return entries_.back().memory.get();
  }

 private:
  static constexpr std::size_t kMost = 64;

  struct Entry {
    std::uint64_t key;
    std::unique_ptr<StageScratch> memory;
  };
  std::vector<Entry> entries_;
};

}  // namespace sampler

#endif  // SAMPLER_STAGES_STAGE_SCRATCHES_H_
