// One configured stage as what llama.cpp's sampler of that kind does to a step.
//
// Thread-safety: a builder is used by one thread at a time; what Translate
//   returns may be called from any number of threads.
// Tested by: tests/parity/llama_cpp_test.cc.

#ifndef SAMPLER_PARITY_LLAMA_CPP_TRANSLATE_H_
#define SAMPLER_PARITY_LLAMA_CPP_TRANSLATE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "sampler/parity/llama_cpp.h"
#include "sampler/parity/stage_reader.h"

namespace sampler::parity {

// What a chain under construction has given away: places in its state, engines.
class ChainBuilder {
 public:
  explicit ChainBuilder(std::int64_t vocabulary_size)
      : vocabulary_size_(vocabulary_size) {}

  std::int64_t vocabulary_size() const { return vocabulary_size_; }

  std::size_t AddNumber(double initial) {
    initial_.push_back(initial);
    return initial_.size() - 1;
  }
  std::size_t AddEngine() { return engines_++; }

  std::size_t engines() const { return engines_; }
  const std::vector<double>& initial() const { return initial_; }

 private:
  std::int64_t vocabulary_size_;
  std::size_t engines_ = 0;
  std::vector<double> initial_;
};

// The action of `stage`, null if it does nothing; empty if llama.cpp has no
// such sampler. Penalties are not translated one by one (llama_cpp_compile.cc).
// REQUIRES: the stage's options are those llama.cpp knows.
std::optional<LlamaCppChain::Action> Translate(const StageReader& stage,
                                               ChainBuilder& chain);

}  // namespace sampler::parity

#endif  // SAMPLER_PARITY_LLAMA_CPP_TRANSLATE_H_
