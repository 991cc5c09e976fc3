#include "sampler/parity/llama_cpp_chain.h"

#include "absl/strings/str_cat.h"
#include "sampler/config.h"
#include "sampler/parity/llama_cpp_process.h"
#include "sampler/step_observer.h"

namespace sampler::parity {

LlamaCppStepChain::LlamaCppStepChain(absl::Span<const StageConfig> stages,
                                     std::int64_t vocabulary_size,
                                     const StageRegistry& registry)
    : chain_(stages, registry, vocabulary_size),
      state_name_(absl::StrCat("llama_cpp ", chain_.initial_state().size())) {
  for (const StageConfig& stage : stages) {
    absl::StrAppend(&state_name_, " ", stage.type, " 1");
  }
}

void LlamaCppStepChain::Run(Logits row, const Sequence& sequence,
                            StepObserver* observer, Scratch& scratch) const {
  if (sequence.has_bans()) {
    scratch.candidates.Reject(RowStatus::kWrongState);
    return;
  }
  ProcessAsLlamaCpp(chain_, row, sequence, scratch.state, scratch.candidates,
                    observer, scratch.llama_cpp);
}

Token LlamaCppStepChain::Draw(const Sequence&, Scratch& scratch) const {
  return scratch.llama_cpp.drawn;
}

absl::Span<const TokenId> LlamaCppStepChain::DrawAll(const Sequence&,
                                                     Scratch& scratch) const {
  return absl::MakeConstSpan(&scratch.llama_cpp.drawn.id, 1);
}

bool LlamaCppStepChain::DrawsForForks(const Scratch&) const {
  return chain_.engines() == 0;
}

}  // namespace sampler::parity
