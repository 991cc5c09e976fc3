#include "sampler/parity/llama_cpp.h"

#include <algorithm>

namespace sampler::parity {

void LlamaCppChain::Begin(Logits row, LlamaCppStep& step) const {
  LlamaCppScratch& scratch = step.scratch;
  if (scratch.engines.size() < engines_) scratch.engines.resize(engines_);
  if (scratch.numbers.size() < row.size()) scratch.numbers.resize(row.size());
  std::copy(step.state.begin(), step.state.end(), step.next.begin());
  scratch.array.Begin(row);
  step.status = scratch.array.status();
}

void LlamaCppChain::Run(std::size_t index, LlamaCppStep& step) const {
  if (actions_[index] == nullptr) return;
  actions_[index](step);
  step.status = step.scratch.array.status();
}

}  // namespace sampler::parity
