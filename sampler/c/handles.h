// What a sequence's handle holds, and who may use it when.
//
// Thread-safety: a handle is used by one thread at a time; OnSequence notices
//   a second one.
// Tested by: tests/c/c_api_test.c, tests/c/c_batch_test.c.

#ifndef SAMPLER_C_HANDLES_H_
#define SAMPLER_C_HANDLES_H_

#include <atomic>
#include <optional>

#include "sampler/c/guard.h"
#include "sampler/c/sampler.h"
#include "sampler/logprobs.h"
#include "sampler/pipeline.h"

struct sampler_pipeline {
  sampler::Pipeline pipeline;
};

struct sampler_sequence {
  sampler::Pipeline pipeline;  // Shares what the pipeline's handle holds.
  sampler::Sequence sequence;
  sampler::Workspace workspace = {};
  sampler::LogprobReporter reporter = {};
  // What the last step left: its distribution and token.
  std::optional<sampler::Distribution> distribution = {};
  std::optional<sampler::Token> drawn = {};
  mutable std::atomic_flag busy = {};
};

namespace sampler::c {

// Holds a sequence for one call, unless another call holds it.
class Hold {
 public:
  explicit Hold(const sampler_sequence* sequence) {
    if (!sequence->busy.test_and_set()) held_ = sequence;
  }
  Hold(const Hold&) = delete;
  Hold& operator=(const Hold&) = delete;
  ~Hold() {
    if (held_ != nullptr) held_->busy.clear();
  }

  bool failed() const { return held_ == nullptr; }

 private:
  const sampler_sequence* held_ = nullptr;
};

// Runs `body` on a sequence that one thread at a time may use.
template <typename Sequence, typename Body>
sampler_status OnSequence(Sequence* sequence, sampler_error* error, Body body) {
  if (sequence == nullptr) return Invalid(error, "sequence: got NULL");
  const Hold hold(sequence);
  if (hold.failed()) {
    return Fail(error, SAMPLER_BUSY,
                "sequence: in use by another call, want one at a time");
  }
  return Guarded(error, body);
}

}  // namespace sampler::c

#endif  // SAMPLER_C_HANDLES_H_
