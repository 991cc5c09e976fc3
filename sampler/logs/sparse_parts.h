// What the tensors of a top-k log (sparse_log.h) hold, checked.
//
// Contract of parts that are returned: every column lies inside the file and is
//   as long as the others say; offsets ascend from 0 to the number of entries;
//   ids lie in the vocabulary, none twice in a row; no number is NaN, every
//   logsumexp is finite.
// Errors: InvalidArgument naming the tensor, the metadata or the element;
//   DataLoss (truncated).
// Thread-safety: pure functions.
// Cost: one pass over the entries.
// Tested by: tests/logs/sparse_log_test.cc.

#ifndef SAMPLER_LOGS_SPARSE_PARTS_H_
#define SAMPLER_LOGS_SPARSE_PARTS_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "sampler/logits.h"
#include "sampler/logs/log.h"
#include "sampler/logs/log_parts.h"
#include "sampler/logs/safetensors_header.h"

namespace sampler::logs {

// A one-dimensional tensor, in place. Any alignment.
struct Column {
  const unsigned char* data = nullptr;  // Null: the file has none.
  DType dtype = DType::kF32;            // Of real numbers.
  std::size_t width = 4;                // Bytes of an element.

  std::int64_t Integer(std::int64_t i) const;
  double Real(std::int64_t i) const;
};

struct SparseParts {
  LogParts parts;
  Column offsets;
  Column ids;
  Column logits;
  Column logprobs;
  Column log_sum_exps;
  std::optional<std::int64_t> top_k;
  bool forced_token = false;
};

// Does the file hold a top-k log, and no dense one?
bool IsSparse(const SafetensorsHeader& header);

absl::StatusOr<SparseParts> ParseSparse(const std::string& file,
                                        absl::Span<const unsigned char> bytes,
                                        const SafetensorsHeader& header,
                                        const OpenOptions& options);

}  // namespace sampler::logs

#endif  // SAMPLER_LOGS_SPARSE_PARTS_H_
