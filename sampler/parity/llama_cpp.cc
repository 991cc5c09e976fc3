#include "sampler/parity/llama_cpp.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "absl/strings/str_cat.h"

namespace sampler::parity {

std::string LlamaCppChain::WrongState(absl::Span<const double> state,
                                      std::int64_t position) const {
  for (std::size_t i = 0; i < numbers_.size(); ++i) {
    const StateNumber& number = numbers_[i];
    const double maximum =
        number.maximum +
        static_cast<double>(number.per_token) * static_cast<double>(position);
    const double value = state[i];
    // Written as "not inside", so that NaN is outside.
    if (number.minimum <= value && value <= maximum &&
        (!number.whole || value == std::floor(value))) {
      continue;
    }
    return absl::StrCat("/stages/", number.stage, ": ", number.meaning,
                        ": got ", value, ", want ",
                        number.whole ? "an integer in [" : "a number in [",
                        number.minimum, ", ", maximum, "]");
  }
  return "";
}

std::vector<MemoryNumber> LlamaCppChain::MemoryAt(
    absl::Span<const double> state, const History& history) const {
  std::vector<MemoryNumber> numbers;
  for (const Reader& reader : memory_) {
    numbers.push_back({reader.stage, reader.name, reader.read(state, history)});
  }
  return numbers;
}

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
