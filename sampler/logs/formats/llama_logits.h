// Reader of llama.cpp `_logits_` files (llama-perplexity --save-all-logits or
// --kl-divergence-base): rows of log-probabilities in 16-bit codes.
//
//   "_logits_" | i32 n_ctx, n_vocab, n_chunk | i32 tokens[n_chunk * n_ctx] |
//   n_chunk * R rows, R = n_ctx - 1 - n_ctx / 2
//   row: f32 scale, f32 min_log_prob, u16 q[n_vocab], padded to 4 bytes
//
//   log_prob[i] = scale * q[i] + min_log_prob      (f32: multiply, then add)
//
// Every chunk is one sequence. Its row r is the distribution after position
// n_ctx / 2 + r, so the logged token is tokens[n_ctx / 2 + 1 + r], and the
// prompt is all before it.
//
// The floor: the writer cuts W nats below the row's maximum (16, or 24 in
// ik_llama.cpp) and everything at or below becomes code 0. W = scale * 65535 is
// recovered per row. Only where it is about 16 or 24 does code 0 hide values;
// in a narrower row it is the true minimum. FloorPolicy says what to make of
// it.
//
// Errors: as Log::Open. A file longer than its header says is refused: there is
//   no version field, so the length is the only check of the layout.
// Thread-safety: as Log.
// Source: llama.cpp tools/perplexity/perplexity.cpp.
// Tested by: tests/logs/formats/llama_logits_test.cc (golden file),
// survey_test.cc (the
//   perplexity that llama.cpp itself reports).

#ifndef SAMPLER_LOGS_FORMATS_LLAMA_LOGITS_H_
#define SAMPLER_LOGS_FORMATS_LLAMA_LOGITS_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "sampler/logs/files/input_file.h"
#include "sampler/logs/log.h"
#include "sampler/logs/log_parts.h"

namespace sampler::logs {

struct LlamaParts {
  LogParts parts;
  std::int64_t data_offset = 0;  // Of row 0 in the file.
  std::int64_t row_bytes = 0;
};

absl::StatusOr<LlamaParts> ParseLlamaLogits(const InputFile& input,
                                            const OpenRequest& request);

class LlamaLog final : public Log {
 public:
  // REQUIRES: llama.parts.description.rows rows lie inside `file`.
  LlamaLog(InputFile file, LlamaParts llama, FloorPolicy policy);

  absl::StatusOr<Logits> Row(std::int64_t row,
                             RowBuffer& buffer) const override;
  absl::StatusOr<std::optional<FloorInfo>> Floor(
      std::int64_t row) const override;

 private:
  absl::Status ReadRow(std::int64_t row,
                       std::vector<unsigned char>& bytes) const;

  std::int64_t data_offset_;
  std::int64_t row_bytes_;
  FloorPolicy policy_;
};

}  // namespace sampler::logs

#endif  // SAMPLER_LOGS_FORMATS_LLAMA_LOGITS_H_
