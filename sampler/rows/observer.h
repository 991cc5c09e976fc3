// What a truncation did, for whoever explains a step.
//
// Thread-safety: one thread at a time.
// Cost: nothing without an observer; with one, two exact mass sums for each
//   truncation.
// Tested by: tests/candidates/candidates_test.cc.

#ifndef SAMPLER_ROWS_OBSERVER_H_
#define SAMPLER_ROWS_OBSERVER_H_

#include <cstdint>

#include "sampler/arithmetic/mass.h"
#include "sampler/rows/candidate_set.h"
#include "sampler/rows/exact_masses.h"

namespace sampler {

struct Truncation {
  std::int64_t before;  // Candidates it met.
  std::int64_t kept;    // Candidates it left.
  double threshold;     // Lowest logit among those left.
  double mass_removed;  // Probability, before it, of what it removed.
};

class TruncationObserver {
 public:
  virtual ~TruncationObserver() = default;
  virtual void OnTruncation(const Truncation& truncation) = 0;
};

// Reports what happens to a set during its lifetime as one truncation.
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

#endif  // SAMPLER_ROWS_OBSERVER_H_
