// Who watches a step stage by stage: for explanations.
//
// Thread-safety: one thread at a time, that of the step.
// Tested by: tests/pipeline_test.cc, tests/tools/explain_test.cc.

#ifndef SAMPLER_STEP_OBSERVER_H_
#define SAMPLER_STEP_OBSERVER_H_

#include <cstddef>

#include "sampler/candidates/candidates.h"
#include "sampler/candidates/observer.h"

namespace sampler {

// Calls come in the order of execution.
class StepObserver : public TruncationObserver {
 public:
  // Stage `index` is about to run on `candidates`.
  virtual void BeforeStage(std::size_t index, const Candidates& candidates) = 0;
  // It has run.
  virtual void AfterStage(std::size_t index, const Candidates& candidates) = 0;
  // Its condition ("when") does not hold: it does not run, and none of the
  // above is called.
  virtual void SkippedStage(std::size_t index, const Candidates& candidates) {
    (void)index;
    (void)candidates;
  }
};

}  // namespace sampler

#endif  // SAMPLER_STEP_OBSERVER_H_
