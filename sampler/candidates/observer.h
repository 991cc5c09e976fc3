// The interface of an observer that is told of every truncation of a step, to
// explain it.
//
// Thread-safety: one thread at a time.
// Cost: nothing without an observer; with one, two exact mass sums for each
//   truncation.
// Tested by: tests/candidates/candidates_test.cc.

#ifndef SAMPLER_CANDIDATES_OBSERVER_H_
#define SAMPLER_CANDIDATES_OBSERVER_H_

#include <cstdint>

namespace sampler {

struct Truncation {
  std::int64_t before;  // Candidates it met.
  std::int64_t kept;    // Candidates it left.
  double threshold;     // Lowest logit among those left.
  double mass_removed;  // The share of the mass that it removed.
};

class TruncationObserver {
 public:
  virtual ~TruncationObserver() = default;
  virtual void OnTruncation(const Truncation& truncation) = 0;
};

}  // namespace sampler

#endif  // SAMPLER_CANDIDATES_OBSERVER_H_
