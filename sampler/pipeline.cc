#include "sampler/pipeline.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "sampler/arithmetic/float_environment.h"
#include "sampler/arithmetic/mass.h"
#include "sampler/chain/chain.h"
#include "sampler/chain/scratch.h"
#include "sampler/config.h"
#include "sampler/config/fingerprint.h"
#include "sampler/parameters/spelling.h"
#include "sampler/parameters/value.h"
#include "sampler/random/random_seed.h"
#include "sampler/step_observer.h"

namespace sampler {
namespace {

// An input in the words of an error, and the stage that reads it.
struct InputName {
  StepInput input;
  absl::string_view name;
  absl::string_view stage;
};

constexpr InputName kInputNames[] = {
    {StepInput::kMask, "a mask", "\"mask\""},
    {StepInput::kUnconditional, "a second logits row", "\"guidance\""},
    {StepInput::kUniform, "a code point", "\"arithmetic\""},
    {StepInput::kOwn, "an input of the program's own", "of the program's own"},
};

}  // namespace

struct [[gnu::visibility("hidden")]] Pipeline::Compiled {
  PipelineConfig config;
  std::int64_t vocabulary_size;
  std::unique_ptr<const Chain> chain;
  std::uint64_t state_owner;
  std::uint64_t fingerprint;

  // What keeps the stages from going on with the memory of `owner`, as it was
  // after `position` accepted tokens; empty if nothing does.
  std::string WrongState(absl::Span<const double> state, std::uint64_t owner,
                         std::int64_t position) const {
    if (owner != state_owner || state.size() != chain->initial_state().size()) {
      return "got the memory of other stages";
    }
    return chain->WrongState(state, position);
  }

  // Why no step can be made of these, or kOk; then `state` is the memory of all
  // stages, as `sequence` carries it or as it begins.
  RowStatus Check(Logits row, const Sequence& sequence,
                  const StepInputs& inputs, std::vector<double>& state) const {
    if (static_cast<std::int64_t>(row.size()) != vocabulary_size ||
        sequence.vocabulary_size() != vocabulary_size) {
      return RowStatus::kWrongSize;
    }
    if (sequence.restored() && sequence.config() != 0 &&
        sequence.config() != fingerprint) {
      return RowStatus::kWrongState;
    }
    for (const StepInput input : kAllStepInputs) {
      if (IsGiven(inputs, input) && !chain->Reads(input)) {
        return RowStatus::kUnusedInput;
      }
    }
    const absl::Span<const double> initial = chain->initial_state();
    const absl::Span<const double> carried =
        initial.empty() || sequence.state().empty() ? initial
                                                    : sequence.state();
    state.assign(carried.begin(), carried.end());
    const bool is_good =
        carried.data() == initial.data() ||
        WrongState(carried, sequence.state_owner(), sequence.position())
            .empty();
    return is_good ? RowStatus::kOk : RowStatus::kWrongState;
  }
};

Pipeline::Pipeline(std::shared_ptr<const Compiled> compiled)
    : compiled_(std::move(compiled)) {}

std::int64_t Pipeline::vocabulary_size() const {
  return compiled_->vocabulary_size;
}

const PipelineConfig& Pipeline::config() const { return compiled_->config; }

std::uint64_t Pipeline::fingerprint() const { return compiled_->fingerprint; }

absl::StatusOr<Pipeline> Pipeline::Create(const PipelineConfig& config,
                                          std::int64_t vocabulary_size) {
  return Create(config, vocabulary_size, BuiltInStages());
}

absl::StatusOr<Pipeline> Pipeline::Create(const PipelineConfig& config,
                                          std::int64_t vocabulary_size,
                                          const StageRegistry& registry) {
  const DefaultFloatEnvironment environment;
  if (!(1 <= vocabulary_size && vocabulary_size <= kMaxVocabularySize)) {
    return absl::InvalidArgumentError(
        absl::StrCat("vocabulary size: got ", vocabulary_size,
                     ", want an integer in [1, ", kMaxVocabularySize, "]"));
  }
  const std::vector<Problem> problems =
      CheckConfig(config, vocabulary_size, registry);
  if (!problems.empty()) {
    return absl::InvalidArgumentError(
        absl::StrJoin(problems, "\n", [](std::string* out, const Problem& p) {
          absl::StrAppend(out, Printable(p.pointer), ": ",
                          Printable(p.message));
        }));
  }
  absl::StatusOr<std::unique_ptr<const Chain>> chain =
      MakeChain(config, vocabulary_size, registry);
  if (!chain.ok()) return chain.status();
  auto compiled = std::make_shared<Compiled>();
  compiled->config = config;
  compiled->fingerprint = ConfigFingerprint(config);
  compiled->vocabulary_size = vocabulary_size;
  compiled->chain = *std::move(chain);
  compiled->state_owner = StateOwner(*compiled->chain);
  return Pipeline(std::move(compiled));
}

absl::StatusOr<Sequence> Pipeline::NewSequence(
    Sequence::Options options) const {
  if (!options.seed.has_value()) options.seed = compiled_->config.seed;
  if (!options.seed.has_value()) {
    absl::StatusOr<std::uint64_t> seed = RandomSeed();
    if (!seed.ok()) return seed.status();
    // One that a config may name, so that the run can be repeated.
    const std::uint64_t largest = compiled_->chain->LargestSeed();
    options.seed = *seed <= largest ? *seed : *seed % largest;
  }
  options.config = compiled_->fingerprint;
  absl::StatusOr<Sequence> sequence =
      Sequence::Create(compiled_->vocabulary_size, std::move(options));
  if (sequence.ok()) sequence->FollowPhases(compiled_->chain->phases());
  return sequence;
}

absl::StatusOr<Sequence> Pipeline::RestoreSequence(StringView snapshot) const {
  absl::StatusOr<Sequence> sequence = Sequence::Restore(snapshot);
  if (!sequence.ok()) return sequence;
  if (sequence->vocabulary_size() != compiled_->vocabulary_size) {
    return absl::InvalidArgumentError(absl::StrCat(
        "sequence snapshot: /vocabulary_size: got ",
        sequence->vocabulary_size(), ", want ", compiled_->vocabulary_size));
  }
  if (sequence->config() != 0 && sequence->config() != compiled_->fingerprint) {
    return absl::InvalidArgumentError(absl::StrCat(
        "sequence snapshot: /config: got the fingerprint ", sequence->config(),
        ", want ", compiled_->fingerprint,
        ", that of the pipeline's config: restore it with the config that it "
        "was taken under"));
  }
  sequence->FollowPhases(compiled_->chain->phases());
  if (!has_state()) return sequence;
  // All of them, since a rollback goes back to earlier ones.
  for (std::int64_t at = 1; at <= sequence->position(); ++at) {
    const absl::Span<const double> state = sequence->StateAt(at);
    if (state.empty()) continue;
    const std::string wrong =
        compiled_->WrongState(state, sequence->state_owner(), at);
    if (!wrong.empty()) {
      return absl::InvalidArgumentError(absl::StrCat(
          "sequence snapshot: /state, after ", at, " tokens: ", wrong));
    }
  }
  return sequence;
}

bool Pipeline::has_state() const {
  return !compiled_->chain->initial_state().empty();
}

absl::Status Pipeline::CheckInputs(const StepInputs& inputs) const {
  std::vector<std::string> problems;
  for (const InputName& input : kInputNames) {
    if (!IsGiven(inputs, input.input) || Reads(input.input)) continue;
    problems.push_back(absl::StrCat(input.name,
                                    " was given, but no stage reads it, want a "
                                    "stage ",
                                    input.stage));
  }
  for (std::string& missing : compiled_->chain->MissingInputs(inputs)) {
    problems.push_back(std::move(missing));
  }
  if (problems.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrJoin(problems, "\n"));
}

bool Pipeline::Reads(StepInput input) const {
  return compiled_->chain->Reads(input);
}

StepInputs Pipeline::OnlyRead(const StepInputs& offered) const {
  StepInputs read = offered;
  if (!Reads(StepInput::kMask)) read.mask.reset();
  if (!Reads(StepInput::kUnconditional)) read.unconditional.reset();
  if (!Reads(StepInput::kUniform)) read.uniform.reset();
  if (!Reads(StepInput::kOwn)) read.own = nullptr;
  return read;
}

Scratch& Pipeline::Begin(Logits row, const Sequence& sequence,
                         Workspace& workspace, const StepInputs& inputs,
                         StepObserver* observer) const {
  const DefaultFloatEnvironment environment;
  Scratch& scratch = workspace.scratch();
  ++scratch.steps;
  scratch.chain = compiled_->chain.get();
  scratch.state_owner = compiled_->state_owner;
  scratch.sequence = &sequence;
  scratch.mark = sequence.mark();
  const RowStatus status =
      compiled_->Check(row, sequence, inputs, scratch.state);
  if (status == RowStatus::kOk) {
    scratch.inputs = inputs;
    compiled_->chain->Run(row, sequence, observer, scratch);
  } else {
    scratch.candidates.Reject(status);
  }
  return scratch;
}

Step Pipeline::Process(Logits row, const Sequence& sequence,
                       Workspace& workspace, const StepInputs& inputs,
                       StepObserver* observer) const& {
  return Step(Begin(row, sequence, workspace, inputs, observer));
}

Distribution Pipeline::ProcessAlone(Logits row, const Sequence& sequence,
                                    Workspace& workspace,
                                    const StepInputs& inputs,
                                    StepObserver* observer) const {
  Scratch& scratch = Begin(row, sequence, workspace, inputs, observer);
  // Neither is there when the caller looks again.
  scratch.chain = nullptr;
  scratch.sequence = nullptr;
  return Step(scratch).distribution();
}

Distribution Pipeline::Process(Logits row, Sequence&& sequence,
                               Workspace& workspace, const StepInputs& inputs,
                               StepObserver* observer) const& {
  return ProcessAlone(row, sequence, workspace, inputs, observer);
}

Distribution Pipeline::Process(Logits row, const Sequence& sequence,
                               Workspace& workspace, const StepInputs& inputs,
                               StepObserver* observer) const&& {
  return ProcessAlone(row, sequence, workspace, inputs, observer);
}

Distribution Pipeline::Process(Logits row, Sequence&& sequence,
                               Workspace& workspace, const StepInputs& inputs,
                               StepObserver* observer) const&& {
  return ProcessAlone(row, sequence, workspace, inputs, observer);
}

std::optional<Step> Pipeline::LastStep(const Distribution& distribution,
                                       Workspace& workspace) const {
  Scratch& scratch = workspace.scratch();
  const bool is_last = distribution.IsOf(scratch.candidates, scratch.steps) &&
                       scratch.chain == compiled_->chain.get();
  return is_last ? std::optional(Step(scratch)) : std::nullopt;
}

Token Pipeline::DrawFrom(const Distribution& distribution,
                         const Sequence& sequence, Workspace& workspace) const {
  const auto step = LastStep(distribution, workspace);
  return step.has_value() ? step->DrawFor(sequence)
                          : Token{.status = RowStatus::kWrongStep};
}

absl::Span<const TokenId> Pipeline::DrawAll(const Distribution& distribution,
                                            const Sequence& sequence,
                                            Workspace& workspace) const {
  const auto step = LastStep(distribution, workspace);
  return step.has_value() ? step->DrawAllFor(sequence)
                          : absl::Span<const TokenId>();
}

Token Pipeline::Sample(Logits row, const Sequence& sequence,
                       Workspace& workspace, const StepInputs& inputs) const {
  return Process(row, sequence, workspace, inputs).Draw();
}

}  // namespace sampler
