// llama.cpp's array of candidates as a row of logits, and what a pipeline
// leaves as such an array. Part of llama_cpp.h; header-only as that one is, and
// for the same reason.
//
// Candidates may be filtered, reordered or at -inf: a token that is not in the
// array counts as -inf. An id that stands twice has the last of its logits.
//
// Thread-safety: one thread at a time.
// Cost: a pass over the array, and the exact weights of the survivors. Memory:
//   4 bytes per token of the vocabulary, 12 per survivor.
// Tested by: tests/adapters/llama_cpp_adapter_test.cc,
//   llama_cpp_chain_test.cc.

#ifndef SAMPLER_ADAPTERS_LLAMA_CPP_ARRAY_H_
#define SAMPLER_ADAPTERS_LLAMA_CPP_ARRAY_H_

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "llama.h"
#include "sampler/candidates/probability_record.h"
#include "sampler/distribution.h"
#include "sampler/logits.h"
#include "sampler/token.h"

namespace sampler {

class LlamaArray {
 public:
  // Reads an array as a row of `size` logits, which is a view of this object.
  // Empty for ids outside the vocabulary.
  Logits Load(const llama_token_data_array& array, std::size_t size) {
    if (!LoadInOrder(array, size) && !Scatter(array, size)) return {};
    return row_;
  }

  // Replaces an array by the survivors, of which there are no more than came:
  // by ascending id, with their logits and probabilities. `drawn` is selected.
  void Store(const Distribution& left, TokenId drawn,
             llama_token_data_array& array) {
    left.Record(record_);
    const double total = ToDouble(record_.total());
    std::size_t n = 0;
    std::size_t weighted = 0;  // Of those that have a weight.
    left.ForEach([&](TokenId id, double logit) {
      const bool has_weight =
          weighted < record_.ids().size() && record_.ids()[weighted] == id;
      const Weight weight = has_weight ? record_.weights()[weighted++] : 0;
      if (id == drawn) array.selected = static_cast<std::int64_t>(n);
      array.data[n++] = {id, static_cast<float>(logit),
                         static_cast<float>(ShareOf(weight, total))};
    });
    array.size = n;
    array.sorted = n == 1;
  }

 private:
  // The usual case in one pass: the whole vocabulary in id order. Returns false
  // if the array is another one.
  bool LoadInOrder(const llama_token_data_array& array, std::size_t size) {
    if (array.size != size) return false;
    row_.resize(size);
    std::size_t difference = 0;
    for (std::size_t i = 0; i < size; ++i) {
      row_[i] = array.data[i].logit;
      difference |= static_cast<std::size_t>(array.data[i].id) ^ i;
    }
    return difference == 0;
  }

  // Any other array. Returns false for ids outside the vocabulary.
  bool Scatter(const llama_token_data_array& array, std::size_t size) {
    row_.assign(size, -std::numeric_limits<float>::infinity());
    for (std::size_t i = 0; i < array.size; ++i) {
      const auto id = static_cast<std::size_t>(array.data[i].id);
      if (id >= size) return false;
      row_[id] = array.data[i].logit;
    }
    return true;
  }

  std::vector<float> row_;
  ProbabilityRecord record_;
};

}  // namespace sampler

#endif  // SAMPLER_ADAPTERS_LLAMA_CPP_ARRAY_H_
