// Start here. A pipeline turns a row of logits into a token:
//
//   logits -> [penalties, bias, bans] -> temperature -> top-k -> top-p -> draw
//
// It is compiled from a config (config.h) for one vocabulary size. One step of
// a generation loop:
//
//   Token token = pipeline.Sample(logits, sequence, workspace);
//   if (token.status != RowStatus::kOk) ...  // What is wrong with the row.
//   absl::Status status = sequence.Accept(token);
//
// Pipeline says how rows are sampled, Sequence (sequence.h) is what one text
// carries from token to token, Workspace the memory. Sample is Process plus one
// draw; Process gives the Step (step.h) to whoever wants probabilities, several
// draws, or an explanation. Sampling accepts nothing: it may be repeated.
//
// The same config, logit bits, inputs and sequence (seed, stream, clock,
// prompt, accepted tokens and what stages learnt from them) give the same token
// on every machine, thread count and batch.
//
// Tested by: tests/pipeline_test.cc, tests/step_test.cc, tests/inputs_test.cc,
// tests/oracle_test.cc, tests/golden_test.cc, tests/threads_test.cc.

#ifndef SAMPLER_PIPELINE_H_
#define SAMPLER_PIPELINE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "sampler/config.h"
#include "sampler/distribution.h"
#include "sampler/language.h"
#include "sampler/logits.h"
#include "sampler/sequence.h"
#include "sampler/step.h"
#include "sampler/step_inputs.h"
#include "sampler/token.h"
#include "sampler/workspace.h"

namespace sampler {

class StepObserver;
struct Scratch;

// Thread-safety: immutable; any number of threads may call const methods. A
//   copy shares everything and costs a reference count.
// Cost of Create: microseconds; nothing of the vocabulary's size is allocated.
class Pipeline {
 public:
  // InvalidArgument listing every problem of the config, or a vocabulary size
  // outside [1, 2^20]. Stage types are looked up among those of this library,
  // or in `registry` (stages/registry.h), which need not outlive the call.
  static absl::StatusOr<Pipeline> Create(const PipelineConfig& config,
                                         std::int64_t vocabulary_size);
  static absl::StatusOr<Pipeline> Create(const PipelineConfig& config,
                                         std::int64_t vocabulary_size,
                                         const StageRegistry& registry);

  std::int64_t vocabulary_size() const;
  const PipelineConfig& config() const;
  // Tells its config from others (config_fingerprint.h). Never 0.
  std::uint64_t fingerprint() const;

  // A sequence for this pipeline: its vocabulary size and, unless `options` say
  // otherwise, its config's seed. Where neither says one it is drawn from the
  // system, so that two users do not get one text: sequence.seed() says which.
  // Errors as Sequence::Create.
  absl::StatusOr<Sequence> NewSequence(Sequence::Options options = {}) const;

  // The sequence that a snapshot holds. InvalidArgument for anything that is
  // not a snapshot of a sequence for this pipeline: another vocabulary size,
  // another config, the memory of other stages, or numbers that these stages
  // never remember.
  absl::StatusOr<Sequence> RestoreSequence(StringView snapshot) const;

  // Does a stage remember more than the history from token to token? Then the
  // sequence must accept drawn Tokens, not bare ids, for it to learn from them.
  // Always with "rng": "llama_cpp" and a random draw: engines have a state.
  bool has_state() const;

  // InvalidArgument naming every stage that cannot run on `inputs` and what it
  // lacks ("/stages/0: guidance needs a second logits row ..."), and every
  // input that no stage looks at. For callers that would rather know before the
  // first row than by its status.
  absl::Status CheckInputs(const StepInputs& inputs) const;

  // Does a stage look at this input?
  bool Reads(StepInput input) const;

  // `offered` without the inputs that no stage looks at: for callers who have
  // one set of inputs for many pipelines, and know that some leave it alone.
  StepInputs OnlyRead(const StepInputs& offered) const;

  // Runs every stage on `row` and returns the step: what is left, and the draws
  // from it (step.h). It lives in `workspace` and still reads `row`, `inputs`
  // and `sequence`, which must outlive it: a temporary row does not compile.
  // `observer` may be null. A row or sequence that is not of this pipeline's
  // vocabulary size gives the status kWrongSize, a sequence with the memory of
  // other stages, or with one that these never leave, or that was restored from
  // a snapshot of another config, kWrongState, an input
  // that no stage looks at kUnusedInput.
  Step Process(Logits row SAMPLER_LIFETIME_BOUND,
               const Sequence& sequence SAMPLER_LIFETIME_BOUND,
               Workspace& workspace SAMPLER_LIFETIME_BOUND,
               const StepInputs& inputs = {},
               StepObserver* observer = nullptr) const&;
  template <TemporaryOwner Row>
  Step Process(Row&& row, const Sequence& sequence, Workspace& workspace,
               const StepInputs& inputs = {},
               StepObserver* observer = nullptr) const = delete;

  // The same where the pipeline or the sequence is a temporary, which no step
  // could draw with any more: the distribution alone.
  Distribution Process(Logits row SAMPLER_LIFETIME_BOUND, Sequence&& sequence,
                       Workspace& workspace SAMPLER_LIFETIME_BOUND,
                       const StepInputs& inputs = {},
                       StepObserver* observer = nullptr) const&;
  Distribution Process(Logits row SAMPLER_LIFETIME_BOUND,
                       const Sequence& sequence,
                       Workspace& workspace SAMPLER_LIFETIME_BOUND,
                       const StepInputs& inputs = {},
                       StepObserver* observer = nullptr) const&&;
  Distribution Process(Logits row SAMPLER_LIFETIME_BOUND, Sequence&& sequence,
                       Workspace& workspace SAMPLER_LIFETIME_BOUND,
                       const StepInputs& inputs = {},
                       StepObserver* observer = nullptr) const&&;
  template <TemporaryOwner Row>
  Step Process(Row&& row, Sequence&& sequence, Workspace& workspace,
               const StepInputs& inputs = {},
               StepObserver* observer = nullptr) const = delete;

  // Process, then one draw at the sequence's position. Never throws, prints or
  // aborts on a bad row: the status says what is wrong with it.
  Token Sample(Logits row, const Sequence& sequence, Workspace& workspace,
               const StepInputs& inputs = {}) const;

  // The draws of a step that is given by its parts: Step::DrawFor and
  // Step::DrawAllFor, `sequence` being that of Process or a fork of it.
  // kWrongStep, or nothing, unless `distribution` is what this pipeline's
  // Process last left in `workspace`.
  Token DrawFrom(const Distribution& distribution, const Sequence& sequence,
                 Workspace& workspace) const;
  absl::Span<const TokenId> DrawAll(const Distribution& distribution,
                                    const Sequence& sequence,
                                    Workspace& workspace) const;

 private:
  struct Compiled;

  // The step of these parts, unless they do not belong together.
  std::optional<Step> LastStep(const Distribution& distribution,
                               Workspace& workspace) const;

  // Runs the stages and leaves all of the step in the workspace.
  Scratch& Begin(Logits row, const Sequence& sequence, Workspace& workspace,
                 const StepInputs& inputs, StepObserver* observer) const;
  Distribution ProcessAlone(Logits row, const Sequence& sequence,
                            Workspace& workspace, const StepInputs& inputs,
                            StepObserver* observer) const;

  explicit Pipeline(std::shared_ptr<const Compiled> compiled);

  std::shared_ptr<const Compiled> compiled_;
};

}  // namespace sampler

#endif  // SAMPLER_PIPELINE_H_
