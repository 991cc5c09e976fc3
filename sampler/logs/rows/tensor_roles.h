// Which tensor of a safetensors file is what, by names, types and shapes.
//
// Rows stand in one of three forms:
//
//   whole     one F64, F32, F16 or BF16 tensor of two or three axes
//   CSR       offsets and token_ids (sparse_log.h)
//   top-k     a tensor of integers of two or three axes, and real numbers of
//             the same shape: in row n the value [n, j] belongs to the token
//             [n, j]. Whatever the tensors are called, such a pair is never
//             taken for whole rows of k tokens. Its values are
//             log-probabilities if their name says so ("logprob", "log_prob"),
//             else logits; a file may hold both
//
// Where several tensors could play one role the choice is the user's.
//
// Errors: InvalidArgument listing the tensors.
// Thread-safety: pure functions.
// Tested by: tests/logs/rows/tensor_roles_test.cc, safetensors_test.cc.

#ifndef SAMPLER_LOGS_ROWS_TENSOR_ROLES_H_
#define SAMPLER_LOGS_ROWS_TENSOR_ROLES_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "sampler/logs/formats/safetensors_header.h"

namespace sampler::logs {

enum class RowForm { kWhole, kCsr, kTopK };

// The tensors that rows are made of; null: the file has none in this role.
struct RowTensors {
  RowForm form = RowForm::kWhole;
  const TensorInfo* whole = nullptr;     // kWhole.
  const TensorInfo* offsets = nullptr;   // kCsr.
  const TensorInfo* ids = nullptr;       // kCsr, kTopK.
  const TensorInfo* logits = nullptr;    // kCsr, kTopK.
  const TensorInfo* logprobs = nullptr;  // kCsr, kTopK.

  // Whose axes are those of the rows, and one more.
  const TensorInfo& widest() const {
    return form == RowForm::kWhole ? *whole : *ids;
  }
};

// `wanted`: the tensor that the user names as the logits, or "".
absl::StatusOr<RowTensors> FindRows(const std::string& file,
                                    const SafetensorsHeader& header,
                                    const std::string& wanted);

// One sentence that lists the tensors which no reader has a use for, or "".
std::string UnusedTensors(const SafetensorsHeader& header,
                          const RowTensors& rows, const TensorInfo* mask);

}  // namespace sampler::logs

#endif  // SAMPLER_LOGS_ROWS_TENSOR_ROLES_H_
