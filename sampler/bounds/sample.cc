#include "sampler/bounds/sample.h"

#include <algorithm>

#include "sampler/bounds/tuning.h"
#include "sampler/kernels/block.h"

namespace sampler {

std::size_t SampleStride(const CandidateSet& set) {
  return std::max<std::size_t>(
      1, set.slots() / kernels::kBlockSize / tuning::kSampleBlocks);
}

void AddSample(const CandidateSet& set, double below, MassSketch& sketch) {
  const std::size_t blocks = set.slots() / kernels::kBlockSize;
  const std::size_t stride = SampleStride(set);
  CandidateSet::Block buffer;
  CandidateSet::Block lower;
  for (std::size_t b = stride / 2; b < blocks; b += stride) {
    const absl::Span<const double> logits = set.LoadBlock(b, buffer);
    if (below > set.Max()) {
      sketch.Add(logits);
      continue;
    }
    std::replace_copy_if(
        logits.begin(), logits.end(), lower.begin(),
        [below](double l) { return !(l < below); }, kRemoved);
    sketch.Add({lower.data(), logits.size()});
  }
}

}  // namespace sampler
