// llama.cpp's candidate arrays for tests: made of rows, filtered, shuffled.

#ifndef SAMPLER_TESTS_ADAPTERS_CANDIDATE_ARRAYS_H_
#define SAMPLER_TESTS_ADAPTERS_CANDIDATE_ARRAYS_H_

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <utility>
#include <vector>

#include "llama.h"

namespace sampler {

// An array that owns its entries.
class CandidateArray {
 public:
  explicit CandidateArray(std::vector<llama_token_data> entries)
      : entries_(std::move(entries)) {
    array_ = {entries_.data(), entries_.size(), -1, false};
  }
  // As llama_sampler_sample makes it.
  explicit CandidateArray(const std::vector<float>& row)
      : CandidateArray(Entries(row)) {}
  CandidateArray(const CandidateArray&) = delete;
  CandidateArray& operator=(const CandidateArray&) = delete;

  static std::vector<llama_token_data> Entries(const std::vector<float>& row) {
    std::vector<llama_token_data> entries;
    for (std::size_t i = 0; i < row.size(); ++i) {
      entries.push_back({static_cast<llama_token>(i), row[i], 0.0f});
    }
    return entries;
  }

  llama_token_data_array* get() { return &array_; }
  llama_token_data_array* operator->() { return &array_; }

  // The selected token; -1 if none is.
  llama_token token() const {
    return array_.selected < 0 ? -1 : array_.data[array_.selected].id;
  }

 private:
  std::vector<llama_token_data> entries_;
  llama_token_data_array array_ = {};
};

struct FreeSampler {
  void operator()(llama_sampler* smpl) const { llama_sampler_free(smpl); }
};
using SamplerPointer = std::unique_ptr<llama_sampler, FreeSampler>;

// As llama_sampler_sample does it.
inline llama_token Sample(llama_sampler* smpl, const std::vector<float>& row) {
  CandidateArray array(row);
  llama_sampler_apply(smpl, array.get());
  const llama_token token = array.token();
  llama_sampler_accept(smpl, token);
  return token;
}

// A grammar's work without a grammar: tokens whose number is not a multiple of
// `period` go to -inf. Lives as long as the program.
inline llama_sampler* NewMultiplesOnly(llama_token period) {
  static llama_sampler_i* const interface = [] {
    static llama_sampler_i made = {};
    made.name = [](const llama_sampler*) { return "multiples-only"; };
    made.apply = [](llama_sampler* smpl, llama_token_data_array* array) {
      const auto every =
          static_cast<llama_token>(reinterpret_cast<std::intptr_t>(smpl->ctx));
      for (std::size_t i = 0; i < array->size; ++i) {
        if (array->data[i].id % every != 0) {
          array->data[i].logit = -std::numeric_limits<float>::infinity();
        }
      }
    };
    return &made;
  }();
  return llama_sampler_init(
      interface, reinterpret_cast<void*>(static_cast<std::intptr_t>(period)));
}

}  // namespace sampler

#endif  // SAMPLER_TESTS_ADAPTERS_CANDIDATE_ARRAYS_H_
