// What the handles hold, and who may use them when.
//
// Thread-safety: a handle is used by one thread at a time; OnHandle notices a
//   second one.
// Tested by: tests/c/c_api_test.c, tests/c/c_batch_test.c,
//   tests/c/c_workspace_test.c.

#ifndef SAMPLER_C_HANDLES_H_
#define SAMPLER_C_HANDLES_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "sampler/c/guard.h"
#include "sampler/c/pipelines.h"
#include "sampler/c/sequences.h"
#include "sampler/c/steps.h"
#include "sampler/c/work.h"
#include "sampler/pipeline.h"

struct sampler_pipeline {
  sampler::Pipeline pipeline;
};

struct sampler_workspace {
  std::shared_ptr<sampler::c::Work> work =
      std::make_shared<sampler::c::Work>(sampler::c::WorkOwner::kCaller);
};

namespace sampler::c {

// The step since the last accept: what it drew, and what it takes to repeat it
// once its Work has gone to another.
struct LastStep {
  Token drawn;
  StepInputs inputs;                // Its mask is `mask`.
  std::vector<std::uint32_t> mask;  // A copy.
  std::weak_ptr<Work> work;         // Where its distribution is, while
  std::uint64_t steps;              // Work::steps is this number.
};

}  // namespace sampler::c

// Small: what one text carries.
struct sampler_sequence {
  sampler::Pipeline pipeline;  // Shares what the pipeline's handle holds.
  sampler::Sequence sequence;
  std::shared_ptr<sampler::c::WorkStore> store =
      sampler::c::WorkStore::Shared();
  // Kept when there is none, for its memory.
  sampler::c::LastStep last_step = {};
  bool has_last_step = false;
  mutable std::atomic_flag busy = {};
};

namespace sampler::c {

// Holds a handle for one call, unless another call holds it.
template <typename Handle>
class Hold {
 public:
  explicit Hold(const Handle* handle) {
    if (!handle->busy.test_and_set()) held_ = handle;
  }
  Hold(const Hold&) = delete;
  Hold& operator=(const Hold&) = delete;
  ~Hold() {
    if (held_ != nullptr) held_->busy.clear();
  }

  bool failed() const { return held_ == nullptr; }

 private:
  const Handle* held_ = nullptr;
};

inline sampler_status Busy(sampler_error* error, absl::string_view name) {
  return Fail(
      error, SAMPLER_BUSY,
      absl::StrCat(name, ": in use by another call, want one at a time"));
}

// Runs `body` on a handle that one thread at a time may use; `name` is that of
// the argument.
template <typename Handle, typename Body>
sampler_status OnHandle(absl::string_view name, Handle* handle,
                        sampler_error* error, Body body) {
  return Guarded(error, [&] {
    if (handle == nullptr) {
      return Invalid(error, absl::StrCat(name, ": got NULL"));
    }
    const Hold hold(handle);
    return hold.failed() ? Busy(error, name) : body();
  });
}

template <typename Sequence, typename Body>
sampler_status OnSequence(Sequence* sequence, sampler_error* error, Body body) {
  return OnHandle("sequence", sequence, error, body);
}

template <typename Body>
sampler_status OnWorkspace(const sampler_workspace* workspace,
                           sampler_error* error, Body body) {
  const Work* work = workspace == nullptr ? nullptr : workspace->work.get();
  return OnHandle("workspace", work, error, body);
}

}  // namespace sampler::c

#endif  // SAMPLER_C_HANDLES_H_
