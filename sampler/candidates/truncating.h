// What every truncation of Candidates begins and ends with: it is noted, the
// masses before the first one are kept if a rule will ask for them, and an
// observer is told.

#ifndef SAMPLER_CANDIDATES_TRUNCATING_H_
#define SAMPLER_CANDIDATES_TRUNCATING_H_

#include "sampler/candidates/candidates.h"

namespace sampler {

class Candidates::Truncating {
 public:
  explicit Truncating(Candidates& c)
      : begun_(Begin(c)), report_(c.set_, c.masses_, c.observer_) {}

 private:
  static bool Begin(Candidates& c) {
    c.truncated_ = true;
    c.original_.Note(c.set_, c.masses_);
    return true;
  }

  bool begun_;
  TruncationReport report_;
};

}  // namespace sampler

#endif  // SAMPLER_CANDIDATES_TRUNCATING_H_
