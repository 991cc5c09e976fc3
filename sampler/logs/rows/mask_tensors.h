// Which tensors of a safetensors file are masks of its rows, by their names:
// one tensor of bits or flags, or two that list the allowed ids.
//
// Errors: InvalidArgument listing the tensors.
// Thread-safety: pure functions.
// Tested by: tests/logs/rows/tensor_roles_test.cc, safetensors_test.cc.

#ifndef SAMPLER_LOGS_ROWS_MASK_TENSORS_H_
#define SAMPLER_LOGS_ROWS_MASK_TENSORS_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "sampler/logs/formats/safetensors_header.h"
#include "sampler/logs/rows/tensor_roles.h"

namespace sampler::logs {

// Returns true for the names that FindMask looks for.
bool IsMaskName(absl::string_view name);

// Returns true for the names that FindListedMasks looks for.
bool IsListedMaskName(absl::string_view name);

// The packed or plain mask of each row ("mask", "masks", "token_mask",
// "bitmask", "token_bitmask"), or null.
absl::StatusOr<const TensorInfo*> FindMask(const std::string& file,
                                           const SafetensorsHeader& header);

// Masks that list the ids of the tokens which each row allows: ids, and where
// those of each row start; null: none.
struct ListedMasks {
  const TensorInfo* ids = nullptr;
  const TensorInfo* offsets = nullptr;
};

// "sampling_mask_token_ids" or "mask_token_ids" with their "..._offsets";
// beside whole rows also "token_ids" with "offsets", as vLLM calls its sampling
// mask: they could be a list of the likeliest tokens only if there were
// "logprobs". InvalidArgument for ids without offsets, or offsets without ids.
absl::StatusOr<ListedMasks> FindListedMasks(const std::string& file,
                                            const SafetensorsHeader& header,
                                            RowForm form);

// The second of these two alone. REQUIRES: the rows are whole ones.
ListedMasks FindSamplingMask(const SafetensorsHeader& header);

}  // namespace sampler::logs

#endif  // SAMPLER_LOGS_ROWS_MASK_TENSORS_H_
