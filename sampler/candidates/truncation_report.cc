#include "sampler/candidates/truncation_report.h"

#include <algorithm>
#include <limits>

#include "sampler/arithmetic/numeric.h"
#include "sampler/kernels/block.h"

namespace sampler {

TruncationReport::TruncationReport(const CandidateSet& set,
                                   const ExactMasses& masses,
                                   TruncationObserver* observer)
    : set_(set), observer_(observer) {
  if (observer_ == nullptr) return;
  count_ = set_.Count();
  max_ = set_.Max();
  total_ = masses.Total();
}

TruncationReport::~TruncationReport() {
  if (observer_ == nullptr) return;
  Mass kept = 0;
  double lowest = std::numeric_limits<double>::infinity();
  set_.ForEachReaching(kLowestLogit, [&](TokenId, double logit) {
    kept += kernels::ComputeWeight(logit, max_);
    lowest = std::min(lowest, logit);
  });
  observer_->OnTruncation({count_, set_.Count(), WithOneZero(lowest),
                           Ratio(total_ - kept, total_)});
}

}  // namespace sampler
