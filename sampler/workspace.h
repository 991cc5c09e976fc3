// All scratch memory of sampling: one per thread, reused for every row.
//
// Grows with the largest row, set of survivors and history that it has met, to
// about 150 bytes per token of the vocabulary at most (70 more for pipelines in
// a parity mode), and allocates only when it grows. A workspace that was moved
// from begins anew.
//
// Thread-safety: used by one thread at a time.
// Tested by: tests/allocation_test.cc, tests/threads_test.cc,
//   tests/step_owners_test.cc.

#ifndef SAMPLER_WORKSPACE_H_
#define SAMPLER_WORKSPACE_H_

#include <memory>

namespace sampler {

// bounds/bounds_use.h
enum class BoundsUse : int;
struct BoundsTally;

struct Scratch;

class Workspace {
 public:
  Workspace();
  Workspace(Workspace&&) noexcept;
  Workspace& operator=(Workspace&&) noexcept;
  ~Workspace();

  // Whether decisions are tried by bounds, and how often these have sufficed
  // since the workspace was made (bounds_use.h). No answer depends on it.
  void SetBoundsUse(BoundsUse use);
  BoundsTally bounds_tally() const;

 private:
  friend class Pipeline;

  Scratch& scratch();

  // Behind a pointer, so that a Workspace can be moved while a Step points into
  // it.
  std::unique_ptr<Scratch> scratch_;
};

}  // namespace sampler

#endif  // SAMPLER_WORKSPACE_H_
