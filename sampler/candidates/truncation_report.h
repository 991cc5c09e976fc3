// Tells an observer what a truncation removed. Internal.
//
// Thread-safety: one thread at a time.
// Tested by: tests/candidates/candidates_test.cc.

#ifndef SAMPLER_CANDIDATES_TRUNCATION_REPORT_H_
#define SAMPLER_CANDIDATES_TRUNCATION_REPORT_H_

#include <cstdint>

#include "sampler/arithmetic/mass.h"
#include "sampler/candidates/observer.h"
#include "sampler/rows/candidate_set.h"
#include "sampler/rows/exact_masses.h"

namespace sampler {

// Reports the change of the set between construction and destruction as one
// truncation.
class TruncationReport {
 public:
  // `observer` may be null. REQUIRES: set.status() is kOk.
  TruncationReport(const CandidateSet& set, const ExactMasses& masses,
                   TruncationObserver* observer);
  ~TruncationReport();
  TruncationReport(const TruncationReport&) = delete;
  TruncationReport& operator=(const TruncationReport&) = delete;

 private:
  const CandidateSet& set_;
  TruncationObserver* const observer_;
  std::int64_t count_ = 0;
  double max_ = 0.0;
  Mass total_ = 0;
};

}  // namespace sampler

#endif  // SAMPLER_CANDIDATES_TRUNCATION_REPORT_H_
