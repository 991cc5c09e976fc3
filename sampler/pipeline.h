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
// A Pipeline says how rows are sampled, a Sequence (sequence.h) holds the state
// of one text from token to token, and a Workspace is a thread's scratch
// memory. Sample is Process plus one draw. Call Process itself for
// probabilities, several draws or an explanation: it returns the Step (step.h).
// Neither changes the sequence, so both may be repeated.
//
// The same config, logit bits, inputs and sequence (seed, stream, attempt,
// clock, prompt, accepted tokens and the stages' states) give the same token on
// every machine, with every thread count and in every batch.
//
// Tested by: tests/pipeline_test.cc, tests/step_test.cc, tests/inputs_test.cc,
//   tests/oracle_test.cc, tests/golden_test.cc, tests/threads_test.cc.

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
  // Compiles a config. InvalidArgument if the config has problems, all of which
  // are listed, or if the vocabulary size is outside [1, 2^20]. Stage types are
  // looked up in `registry` (stages/registry.h), by default the library's own;
  // it need not outlive the call.
  static absl::StatusOr<Pipeline> Create(const PipelineConfig& config,
                                         std::int64_t vocabulary_size);
  static absl::StatusOr<Pipeline> Create(const PipelineConfig& config,
                                         std::int64_t vocabulary_size,
                                         const StageRegistry& registry);

  std::int64_t vocabulary_size() const;
  const PipelineConfig& config() const;
  // A hash that distinguishes its config from others (config/fingerprint.h).
  // Never 0.
  std::uint64_t fingerprint() const;

  // A sequence for this pipeline, of its vocabulary size. The seed is that of
  // `options`, else that of the config, else a random one from the system, so
  // that two users do not get the same text; sequence.seed() returns it. Errors
  // as Sequence::Create.
  absl::StatusOr<Sequence> NewSequence(Sequence::Options options = {}) const;

  // The sequence that a snapshot holds. InvalidArgument unless it is a snapshot
  // of a sequence for this pipeline: with its vocabulary size and config, the
  // state of its stages, and numbers that these stages can have computed.
  absl::StatusOr<Sequence> RestoreSequence(StringView snapshot) const;

  // Returns true if a stage has a state (stages/stage.h). Then accept drawn
  // Tokens and not bare ids, because the stage learns from the Token. Always
  // true with "rng": "llama_cpp" and a random draw, because its engines have a
  // state.
  bool has_state() const;

  // InvalidArgument if a stage lacks an input ("/stages/0: guidance needs a
  // second logits row ...") or if no stage reads an input; the message names
  // all such stages and inputs. For callers that want to know before the first
  // row; else the row's status tells.
  absl::Status CheckInputs(const StepInputs& inputs) const;

  // Returns true if a stage reads this input.
  bool Reads(StepInput input) const;

  // `offered` without the inputs that no stage reads. For callers that pass one
  // set of inputs to many pipelines, of which some do not read all.
  StepInputs OnlyRead(const StepInputs& offered) const;

  // Runs every stage on `row` and returns the step: the survivors, and the
  // draws from them (step.h). The step lives in `workspace` and reads `row`,
  // `inputs` and `sequence`, so all of them must outlive it; a temporary row
  // does not compile. `observer` may be null. The status is kWrongSize if row
  // or sequence have another vocabulary size; kWrongState if the sequence holds
  // the state of other stages, a state that these stages cannot have computed,
  // or comes from a snapshot of another config; kUnusedInput if no stage reads
  // one of the inputs.
  Step Process(Logits row SAMPLER_LIFETIME_BOUND,
               const Sequence& sequence SAMPLER_LIFETIME_BOUND,
               Workspace& workspace SAMPLER_LIFETIME_BOUND,
               const StepInputs& inputs = {},
               StepObserver* observer = nullptr) const&;
  template <TemporaryOwner Row>
  Step Process(Row&& row, const Sequence& sequence, Workspace& workspace,
               const StepInputs& inputs = {},
               StepObserver* observer = nullptr) const = delete;

  // Process with a temporary pipeline or sequence. A step could not draw once
  // that is destroyed, so these return the distribution alone.
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
  // aborts on a bad row: the token's status says what is wrong.
  Token Sample(Logits row, const Sequence& sequence, Workspace& workspace,
               const StepInputs& inputs = {}) const;

  // Step::DrawFor and Step::DrawAllFor for callers that kept only the step's
  // distribution. `sequence` is the sequence of Process or a fork of it.
  // DrawFrom returns kWrongStep, and DrawAll nothing, unless `distribution` is
  // the result of this pipeline's last Process in `workspace`.
  Token DrawFrom(const Distribution& distribution, const Sequence& sequence,
                 Workspace& workspace) const;
  absl::Span<const TokenId> DrawAll(const Distribution& distribution,
                                    const Sequence& sequence,
                                    Workspace& workspace) const;

 private:
  struct Compiled;

  // The step of `distribution`; empty if it is not the last one of this
  // pipeline in `workspace`.
  std::optional<Step> LastStep(const Distribution& distribution,
                               Workspace& workspace) const;

  // Runs the stages; the workspace then holds the whole step.
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
