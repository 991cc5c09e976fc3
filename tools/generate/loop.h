// The generation loop: reads a prompt once, then draws and decodes, several
// sequences in every batch, until each has ended.
//
// Thread-safety: one thread at a time.
// Tested by: tests/generate/generate_test.cc.

#ifndef SAMPLER_TOOLS_GENERATE_LOOP_H_
#define SAMPLER_TOOLS_GENERATE_LOOP_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "tools/generate/chooser.h"
#include "tools/generate/llama_model.h"
#include "tools/generate/telling.h"

namespace sampler::tools {

// Where the time went, in seconds.
struct LoopTimes {
  double prompt = 0;    // Reading it.
  double decode = 0;    // The model, from the second token on.
  double sampling = 0;  // From the row to the accepted token.
  double other = 0;     // Logging and printing.
  std::int64_t tokens = 0;

  double loop() const { return decode + sampling + other; }
};

struct LoopResult {
  std::vector<GeneratedSequence> sequences;
  LoopTimes times;
};

// A row of a sequence, and what it led to.
struct SeenRow {
  std::int64_t sequence;
  absl::Span<const float> row;
  const Told& told;
  // Tokens that were taken back with it; null: none.
  const Rewound* rewound;
};

struct LoopOptions {
  std::int64_t max_tokens = 0;  // Of every sequence; at least 1.
  bool ignore_end = false;      // Go on after tokens that end a generation.
  std::vector<Rewinder::Phrase> phrases = {};  // That no text may have.
};

// Generates one sequence per chooser. The model has a context for them; `see`
// is told every row as its token is drawn or taken back. Errors: those of the
// model, the choosers and `see`, with the sequence and the token at which they
// came.
absl::StatusOr<LoopResult> RunLoop(
    LlamaModel& model, absl::Span<const llama_token> prompt,
    absl::Span<const std::unique_ptr<Chooser>> choosers,
    const LoopOptions& options,
    const std::function<absl::Status(const SeenRow&)>& see);

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_GENERATE_LOOP_H_
