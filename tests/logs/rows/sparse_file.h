// A small top-k log.

#ifndef SAMPLER_TESTS_LOGS_ROWS_SPARSE_FILE_H_
#define SAMPLER_TESTS_LOGS_ROWS_SPARSE_FILE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "tests/logs/log_files.h"

namespace sampler::logs {

// Two rows of a vocabulary of five; the first lists 1 and 3, the second 0 to 2.
struct SparseFile {
  std::vector<std::int64_t> offsets = {0, 2, 5};
  std::vector<std::int32_t> ids = {3, 1, 0, 1, 2};
  std::vector<float> logprobs = {-0.5f, -1.5f, -1.0f, -1.25f, -2.0f};
  std::vector<float> log_sum_exps = {4, 8};
  std::vector<float> logits;
  std::vector<std::int32_t> tokens = {3, 1};
  std::string metadata = "{\"vocab_size\":\"5\"}";
};

inline std::string WriteSparse(absl::string_view name, const SparseFile& file) {
  const auto count = [](const auto& values) {
    return absl::StrCat("[", values.size(), "]");
  };
  std::vector<Tensor> tensors = {
      {"offsets", "I64", count(file.offsets), ArrayBytes(file.offsets)},
      {"tokens", "I32", count(file.tokens), ArrayBytes(file.tokens)},
      {"token_ids", "I32", count(file.ids), ArrayBytes(file.ids)}};
  const auto add = [&](const char* column, const std::vector<float>& values) {
    if (values.empty()) return;
    tensors.push_back({column, "F32", count(values), ArrayBytes(values)});
  };
  add("logprobs", file.logprobs);
  add("logsumexp", file.log_sum_exps);
  add("logits", file.logits);
  return WriteFile(name, Safetensors(tensors, file.metadata));
}

}  // namespace sampler::logs

#endif  // SAMPLER_TESTS_LOGS_ROWS_SPARSE_FILE_H_
