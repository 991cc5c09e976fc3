// A LlamaCppChain in the place of the house's stages: what a Pipeline asks of
// it. Internal.
//
// llama.cpp draws as it runs, so the token is there before it is asked for, and
// is the one of this sequence alone: only a chain without an engine (greedy)
// draws for forks.
//
// Thread-safety: immutable.
// Tested by: tests/parity/llama_cpp_test.cc, llama_cpp_observer_test.cc,
//   tests/step_test.cc.

#ifndef SAMPLER_PARITY_LLAMA_CPP_CHAIN_H_
#define SAMPLER_PARITY_LLAMA_CPP_CHAIN_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "sampler/chain/chain.h"
#include "sampler/config.h"
#include "sampler/parity/llama_cpp.h"
#include "sampler/step_observer.h"

namespace sampler::parity {

class LlamaCppStepChain final : public Chain {
 public:
  LlamaCppStepChain(absl::Span<const StageConfig> stages,
                    std::int64_t vocabulary_size,
                    const StageRegistry& registry);

  void Run(Logits row, const Sequence& sequence, StepObserver* observer,
           Scratch& scratch) const override;
  Token Draw(const Sequence& sequence, Scratch& scratch) const override;
  absl::Span<const TokenId> DrawAll(const Sequence& sequence,
                                    Scratch& scratch) const override;
  bool DrawsForForks(const Scratch& scratch) const override;

  absl::Span<const double> initial_state() const override {
    return chain_.initial_state();
  }
  std::string WrongState(absl::Span<const double> state,
                         std::int64_t position) const override {
    return chain_.WrongState(state, position);
  }
  std::string StateName() const override { return state_name_; }

  // llama.cpp knows neither masks nor second rows nor code points.
  bool Reads(StepInput) const override { return false; }
  std::vector<std::string> MissingInputs(const StepInputs&) const override {
    return {};
  }
  std::uint64_t LargestSeed() const override { return kRandomSeed - 1; }

 private:
  LlamaCppChain chain_;
  std::string state_name_;
};

}  // namespace sampler::parity

#endif  // SAMPLER_PARITY_LLAMA_CPP_CHAIN_H_
