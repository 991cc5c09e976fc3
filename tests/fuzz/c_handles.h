// The handles of a program in C, some of them NULL, and what every call of the
// interface promises.

#ifndef SAMPLER_TESTS_FUZZ_C_HANDLES_H_
#define SAMPLER_TESTS_FUZZ_C_HANDLES_H_

#include <array>
#include <cstddef>
#include <cstring>

#include "sampler/c/rewinder.h"
#include "sampler/c/sampler.h"
#include "sampler/c/speculation.h"
#include "tests/fuzz/targets.h"

namespace sampler::fuzz {

struct CHandles {
  CHandles() = default;
  CHandles(const CHandles&) = delete;
  CHandles& operator=(const CHandles&) = delete;
  ~CHandles() {
    // In an order that the interface allows: any.
    for (sampler_pipeline* pipeline : pipelines) {
      sampler_pipeline_free(pipeline);
    }
    for (sampler_workspace* workspace : workspaces) {
      sampler_workspace_free(workspace);
    }
    for (sampler_sequence* sequence : sequences) {
      sampler_sequence_free(sequence);
    }
    sampler_rewinder_free(rewinder);
    sampler_round_free(round);
    sampler_logger_free(logger);
  }

  // The last one of each is never made.
  std::array<sampler_pipeline*, 3> pipelines = {};
  std::array<sampler_sequence*, 4> sequences = {};
  std::array<sampler_workspace*, 3> workspaces = {};
  sampler_rewinder* rewinder = nullptr;
  sampler_round* round = nullptr;
  sampler_logger* logger = nullptr;
};

// Where a call writes its sentence; Check says whether it kept its promises.
class CError {
 public:
  CError() { Begin(sizeof(text_)); }
  CError(const CError&) = delete;
  CError& operator=(const CError&) = delete;

  // For the next call. Sentences are cut to fit into the capacity, at most 64.
  void Begin(std::size_t capacity) {
    error_ = {text_, capacity};
    std::memset(text_, 'x', sizeof(text_));
  }

  sampler_error* get() { return &error_; }

  // True if the call succeeded.
  bool Check(sampler_status status) const {
    Require(SAMPLER_OK <= status && status <= SAMPLER_WRONG_STATE &&
                status != SAMPLER_INTERNAL && status != SAMPLER_OUT_OF_MEMORY,
            "a call answers with a status of its own");
    for (std::size_t i = error_.capacity; i < sizeof(text_); ++i) {
      Require(text_[i] == 'x', "a sentence stays within its capacity");
    }
    if (status != SAMPLER_OK && error_.capacity > 0) {
      const void* const end = std::memchr(text_, 0, error_.capacity);
      Require(end != nullptr, "a sentence ends in a zero");
      Require(error_.capacity == 1 || text_[0] != 0,
              "a call that fails has a sentence");
    }
    return status == SAMPLER_OK;
  }

 private:
  char text_[64];
  sampler_error error_;
};

}  // namespace sampler::fuzz

#endif  // SAMPLER_TESTS_FUZZ_C_HANDLES_H_
