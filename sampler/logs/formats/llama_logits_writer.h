// Writes a log as a llama.cpp `_logits_` file (llama_logits.h has the layout):
// log-probabilities in 16-bit codes over a window of 16 nats,
//
//   mx = max l,  mn = max(min l, mx - 16),  lse = ln sum exp(l - mx)
//   min_log_prob = mn - mx - lse,  scale = (mx - mn) / 65535
//   q_i = l_i > mn ? rint((1 / scale) (l_i - mn)) : 0
//
// in f32, the sum in double. Every sequence becomes a chunk of 2 N + 1 tokens,
// N its rows: the format has one length for all, and wants N + 1 tokens before
// row 0. Longer prompts lose their beginning; shorter ones are filled up in
// front with their first token (0 without a prompt), so such a file is for
// exchange of the rows and cannot be run against a model again.
//
// Errors: InvalidArgument (no tokens; sequences of different lengths; a row
//   with NaN or +inf, or without a finite value; a top-k log), and those of
//   output_file.h.
// Thread-safety: pure function of the log.
// Cost: an exponential per logit.
// Source: llama.cpp tools/perplexity/perplexity.cpp.
// Tested by: tests/logs/writers_test.cc (golden file).

#ifndef SAMPLER_LOGS_FORMATS_LLAMA_LOGITS_WRITER_H_
#define SAMPLER_LOGS_FORMATS_LLAMA_LOGITS_WRITER_H_

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "sampler/logs/files/output_file.h"
#include "sampler/logs/log.h"

namespace sampler::logs {

// What the format could not hold.
struct LlamaLosses {
  std::int64_t floored = 0;  // Tokens below the window, -inf aside.
  std::int64_t removed = 0;  // Tokens at -inf, now at the floor.
  std::int64_t filled = 0;   // Prompt tokens invented,
  std::int64_t cut = 0;      // and left out.
};

// Calls `on_row` after each row, if it is there.
absl::StatusOr<LlamaLosses> WriteLlamaLogits(
    const std::string& path, Overwrite overwrite, const Log& log,
    const std::function<void()>& on_row = nullptr);

}  // namespace sampler::logs

#endif  // SAMPLER_LOGS_FORMATS_LLAMA_LOGITS_WRITER_H_
