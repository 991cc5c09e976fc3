#include "sampler/bounds/sample.h"

#include <algorithm>

#include "sampler/bounds/tuning.h"
#include "sampler/kernels/block.h"

namespace sampler {

std::size_t AppendSample(const CandidateSet& set, double below,
                         CandidateList& out) {
  const LogitRange range = {kLowestLogit, below};
  const std::size_t blocks = set.slots() / kernels::kBlockSize;
  const std::size_t stride =
      std::max<std::size_t>(1, blocks / tuning::kSampleBlocks);
  CandidateSet::Block buffer;
  for (std::size_t b = stride / 2; b < blocks; b += stride) {
    const absl::Span<const double> logits = set.LoadBlock(b, buffer);
    out.Reserve(logits.size() + 1);
    for (const double logit : logits) {
      out.AppendIf(range.Contains(logit), 0, logit);
    }
  }
  return stride;
}

}  // namespace sampler
