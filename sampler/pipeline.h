// Start here. A pipeline turns a row of logits into a token:
//
//   logits -> [penalties, bias, bans] -> temperature -> top-k -> top-p -> draw
//
// It is compiled from a config for one vocabulary size. One step of a
// generation loop:
//
//   Token token = pipeline.Sample(logits, sequence, workspace);
//   if (token.status != RowStatus::kOk) ...  // What is wrong with the row.
//   absl::Status status = sequence.Accept(token);
//
// Pipeline says how rows are sampled, Sequence (sequence.h) is what one text
// carries from token to token, Workspace the memory. Sample is Process plus one
// draw; Process leaves a Distribution for whoever wants probabilities, several
// draws, or an explanation. Sampling accepts nothing: it may be repeated.
//
// The same config, logit bits, inputs and sequence (seed, stream, clock,
// prompt, accepted tokens and what stages learnt from them) give the same token
// on every machine, thread count and batch.
//
// Tested by: tests/pipeline_test.cc, tests/oracle_test.cc,
// tests/golden_test.cc, tests/threads_test.cc.

#ifndef SAMPLER_PIPELINE_H_
#define SAMPLER_PIPELINE_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "sampler/candidates.h"
#include "sampler/config.h"
#include "sampler/distribution.h"
#include "sampler/logits.h"
#include "sampler/sequence.h"
#include "sampler/token.h"
#include "sampler/workspace.h"

namespace sampler {

// Watches a step stage by stage. Calls come in the order of execution.
class StepObserver : public TruncationObserver {
 public:
  // Stage `index` is about to run on `candidates`.
  virtual void BeforeStage(std::size_t index, const Candidates& candidates) = 0;
  // It has run.
  virtual void AfterStage(std::size_t index, const Candidates& candidates) = 0;
};

// Thread-safety: immutable; any number of threads may call const methods. A
//   copy shares everything and costs a reference count.
// Cost of Create: microseconds; nothing of the vocabulary's size is allocated.
class Pipeline {
 public:
  // InvalidArgument listing every problem of the config, or a vocabulary size
  // outside [1, 2^20]. Stage types are looked up in `registry`, which need not
  // outlive the call.
  static absl::StatusOr<Pipeline> Create(
      const PipelineConfig& config, std::int64_t vocabulary_size,
      const StageRegistry& registry = StageRegistry::BuiltIn());

  std::int64_t vocabulary_size() const;
  const PipelineConfig& config() const;

  // A sequence for this pipeline: its vocabulary size and, unless `options` say
  // otherwise, its config's seed. Errors as Sequence::Create.
  absl::StatusOr<Sequence> NewSequence(Sequence::Options options = {}) const;

  // The sequence that a snapshot holds. InvalidArgument for anything that is
  // not a snapshot of a sequence for this pipeline: another vocabulary size,
  // the memory of other stages, or numbers that these stages never remember.
  absl::StatusOr<Sequence> RestoreSequence(absl::string_view snapshot) const;

  // Does a stage remember more than the history from token to token? Then the
  // sequence must accept drawn Tokens, not bare ids, for it to learn from them.
  // Always with "rng": "llama_cpp" and a random draw: engines have a state.
  bool has_state() const;

  // InvalidArgument naming every stage that cannot run on `inputs` and what it
  // lacks ("/stages/0: guidance needs a second logits row ..."). For callers
  // that would rather know before the first row than by its status.
  absl::Status CheckInputs(const StepInputs& inputs) const;

  // Runs every stage on `row` and returns what is left, the draw's own
  // narrowing included. The result lives in `workspace` and still reads `row`
  // and `inputs`: it is valid until the workspace's next Process or Sample,
  // while their memory is unchanged; DrawFrom and DrawAll leave it. `observer`
  // may be null. A row or sequence that is not of this pipeline's vocabulary
  // size gives the status kWrongSize, a sequence that has learnt from a
  // pipeline with other stages of memory kWrongState.
  Distribution Process(Logits row, const Sequence& sequence,
                       Workspace& workspace, const StepInputs& inputs = {},
                       StepObserver* observer = nullptr) const;

  // Process, then one draw at the sequence's position. Never throws, prints or
  // aborts on a bad row: the status says what is wrong with it.
  Token Sample(Logits row, const Sequence& sequence, Workspace& workspace,
               const StepInputs& inputs = {}) const;

  // The draw of Sample, on what Process left in `workspace` for `sequence`.
  // Calling it again gives the same token: its randomness is the position's.
  Token DrawFrom(const Distribution& distribution, const Sequence& sequence,
                 Workspace& workspace) const;

  // The same for draws that choose several tokens (gumbel_top_k), in the order
  // drawn, that of DrawFrom first; empty where the status is not ok. Valid
  // until the workspace is used again.
  absl::Span<const TokenId> DrawAll(const Distribution& distribution,
                                    const Sequence& sequence,
                                    Workspace& workspace) const;

 private:
  struct Compiled;
  // What stage `index` may know of the step that `workspace` is at.
  StepContext ContextOf(std::size_t index, const Sequence& sequence,
                        const Coins& coins, Workspace& workspace) const;

  explicit Pipeline(std::shared_ptr<const Compiled> compiled);

  std::shared_ptr<const Compiled> compiled_;
};

}  // namespace sampler

#endif  // SAMPLER_PIPELINE_H_
