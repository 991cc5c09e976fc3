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
#include <string>
#include <utility>
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

  // The numbers that are added from now on are those of this stage.
  void BeginStage(std::size_t index) { stage_ = index; }

  std::size_t AddNumber(StateNumber number) {
    number.stage = stage_;
    numbers_.push_back(number);
    return numbers_.size() - 1;
  }
  std::size_t AddEngine() { return engines_++; }

  // People know a number of the state, or what follows from several, as `name`.
  template <typename Read>
  void AddMemory(absl::string_view name, Read read) {
    memory_.push_back({stage_, name, std::move(read)});
  }
  void AddMemory(absl::string_view name, std::size_t number) {
    AddMemory(name, [number](absl::Span<const double> state, const History&) {
      return state[number];
    });
  }

  std::size_t engines() const { return engines_; }
  const std::vector<StateNumber>& numbers() const { return numbers_; }
  const std::vector<LlamaCppChain::Reader>& memory() const { return memory_; }

 private:
  std::int64_t vocabulary_size_;
  std::size_t stage_ = 0;
  std::size_t engines_ = 0;
  std::vector<StateNumber> numbers_;
  std::vector<LlamaCppChain::Reader> memory_;
};

// What of the parameters of `stage` fits float32 one by one, but not where the
// stage computes with them; empty if that is nothing.
std::string FloatConflict(const StageReader& stage);

// The action of `stage`, null if it does nothing; empty if llama.cpp has no
// such sampler. Penalties are not translated one by one (llama_cpp_compile.cc).
// REQUIRES: the stage's options are those llama.cpp knows.
std::optional<LlamaCppChain::Action> Translate(const StageReader& stage,
                                               ChainBuilder& chain);

}  // namespace sampler::parity

#endif  // SAMPLER_PARITY_LLAMA_CPP_TRANSLATE_H_
