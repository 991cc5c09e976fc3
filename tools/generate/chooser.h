// The three ways in which `sampler-generate` chooses tokens, to be compared:
//
//   ours     Pipeline::Sample on llama.cpp's row
//   adapter  the same through a llama_sampler (sampler/adapters/llama_cpp.h)
//   llama    llama.cpp's own chain of samplers (llama_chain.h)
//
// ours and adapter draw the same tokens; with "rng": "llama_cpp" all three do.
//
// Thread-safety: choosers that were made together share memory: one thread.
// Tested by: tests/generate/generate_test.cc.

#ifndef SAMPLER_TOOLS_GENERATE_CHOOSER_H_
#define SAMPLER_TOOLS_GENERATE_CHOOSER_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "llama.h"
#include "sampler/pipeline.h"

namespace sampler::tools {

enum class ChooserKind { kOurs, kAdapter, kLlama };

// "ours", "adapter" or "llama".
const char* ChooserName(ChooserKind kind);

// Chooses the tokens of one sequence.
class Chooser {
 public:
  virtual ~Chooser() = default;

  // Draws from a row of the vocabulary's size and accepts the token; none where
  // no candidate is left. Internal, with the status of the row, if it is
  // another one.
  virtual absl::StatusOr<std::optional<llama_token>> Next(const float* row) = 0;

  // The sequence whose tokens can be taken back; null: those of this chooser
  // cannot.
  virtual Sequence* sequence() { return nullptr; }
};

struct ChooserOptions {
  std::uint64_t seed = 0;
  std::uint32_t first_stream = 0;  // Of sequence 0; the next has one more.
  std::int64_t clock = 0;          // For schedules by "step"; ours only.
  std::vector<llama_token> prompt;
  std::int64_t context = 0;  // The most tokens that a sequence will have.
};

// One chooser for each of `count` sequences that have read the prompt. `notes`
// receives what llama.cpp's chain does otherwise; it may be null. Errors: those
// of Pipeline::NewSequence and MakeLlamaChain.
absl::StatusOr<std::vector<std::unique_ptr<Chooser>>> MakeChoosers(
    ChooserKind kind, const Pipeline& pipeline, std::int64_t count,
    const ChooserOptions& options, std::vector<std::string>* notes);

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_GENERATE_CHOOSER_H_
