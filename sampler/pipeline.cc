#include "sampler/pipeline.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "sampler/parity/llama_cpp.h"
#include "sampler/spelling.h"

namespace sampler {

struct [[gnu::visibility("hidden")]] Pipeline::Compiled {
  PipelineConfig config;
  std::int64_t vocabulary_size;
  std::vector<std::unique_ptr<const Stage>> stages;
  const Draw* draw = nullptr;  // The last of them.
  bool needs_original_mass;
  // Where each stage's state begins in that of all, and its end.
  std::vector<std::size_t> state_begin;
  std::uint64_t state_owner = 0;
  // What runs in the place of the stages, if "rng" says so.
  std::optional<parity::LlamaCppChain> llama_cpp;

  std::size_t StateSize() const {
    return llama_cpp.has_value() ? llama_cpp->initial_state().size()
                                 : state_begin.back();
  }

  // StateUpdate::owner: FNV-1a of the types of the stages that remember, with
  // the length of their states; of a parity mode, of all stages.
  std::uint64_t StateOwner() const {
    if (StateSize() == 0) return 0;
    std::string text = absl::StrCat(
        llama_cpp.has_value() ? "llama_cpp " : "house ", StateSize());
    for (std::size_t i = 0; i < config.stages.size(); ++i) {
      const std::size_t size =
          llama_cpp.has_value() ? 1 : state_begin[i + 1] - state_begin[i];
      if (size == 0) continue;
      absl::StrAppend(&text, " ", config.stages[i].type, " ", size);
    }
    std::uint64_t hash = 0xcbf29ce484222325;
    for (const char c : text) {
      hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    }
    return hash;
  }

  // What keeps the stages from going on with `carried`, after `position`
  // accepted tokens; empty if nothing does.
  std::string WrongState(absl::Span<const double> carried, std::uint64_t owner,
                         std::int64_t position) const {
    if (owner != state_owner || carried.size() != StateSize()) {
      return "got the memory of other stages";
    }
    if (llama_cpp.has_value()) return llama_cpp->WrongState(carried, position);
    for (std::size_t i = 0; i < stages.size(); ++i) {
      const std::size_t begin = state_begin[i];
      const std::size_t size = state_begin[i + 1] - begin;
      if (size == 0) continue;
      const absl::string_view wrong =
          stages[i]->WrongState(carried.subspan(begin, size));
      if (!wrong.empty()) return absl::StrCat("/stages/", i, ": ", wrong);
    }
    return "";
  }

  // The state of all stages, as `sequence` carries it or as it begins. False
  // if the sequence carries that of other stages.
  bool ReadState(const Sequence& sequence, std::vector<double>& state) const {
    state.resize(StateSize());
    if (state.empty()) return true;
    const absl::Span<const double> carried = sequence.state();
    if (!carried.empty()) {
      state.assign(carried.begin(), carried.end());
      return WrongState(carried, sequence.state_owner(), sequence.position())
          .empty();
    }
    if (llama_cpp.has_value()) {
      state.assign(llama_cpp->initial_state().begin(),
                   llama_cpp->initial_state().end());
      return true;
    }
    for (std::size_t i = 0; i < stages.size(); ++i) {
      const std::size_t begin = state_begin[i];
      const std::size_t size = state_begin[i + 1] - begin;
      if (size == 0) continue;
      stages[i]->InitializeState(absl::MakeSpan(state).subspan(begin, size));
    }
    return true;
  }
};

Pipeline::Pipeline(std::shared_ptr<const Compiled> compiled)
    : compiled_(std::move(compiled)) {}

std::int64_t Pipeline::vocabulary_size() const {
  return compiled_->vocabulary_size;
}

const PipelineConfig& Pipeline::config() const { return compiled_->config; }

absl::StatusOr<Pipeline> Pipeline::Create(const PipelineConfig& config,
                                          std::int64_t vocabulary_size,
                                          const StageRegistry& registry) {
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
  auto compiled = std::make_shared<Compiled>();
  compiled->config = config;
  compiled->vocabulary_size = vocabulary_size;
  compiled->needs_original_mass = false;
  compiled->state_begin = {0};
  if (config.rng == Rng::kLlamaCpp) {
    compiled->llama_cpp.emplace(config.stages, registry, vocabulary_size);
    compiled->state_owner = compiled->StateOwner();
    return Pipeline(std::move(compiled));
  }
  for (const StageConfig& stage : config.stages) {
    const StageType& type = *registry.Find(stage.type);
    const Parameters parameters(type.parameters, stage.parameters);
    compiled->stages.push_back(type.create(parameters));
    if (!parameters.misuse().empty()) {
      return absl::InternalError(absl::StrCat("the stage type \"", type.name,
                                              "\" ", parameters.misuse()));
    }
    const Stage& made = *compiled->stages.back();
    compiled->needs_original_mass |= made.NeedsOriginalMass();
    compiled->state_begin.push_back(compiled->state_begin.back() +
                                    made.StateSize());
  }
  compiled->state_owner = compiled->StateOwner();
  // CheckConfig has made sure that the last stage is of group kDraw.
  compiled->draw = static_cast<const Draw*>(compiled->stages.back().get());
  return Pipeline(std::move(compiled));
}

absl::StatusOr<Sequence> Pipeline::NewSequence(
    Sequence::Options options) const {
  if (!options.seed.has_value()) options.seed = compiled_->config.seed;
  return Sequence::Create(compiled_->vocabulary_size, std::move(options));
}

absl::StatusOr<Sequence> Pipeline::RestoreSequence(
    absl::string_view snapshot) const {
  absl::StatusOr<Sequence> sequence = Sequence::Restore(snapshot);
  if (!sequence.ok()) return sequence;
  if (sequence->vocabulary_size() != compiled_->vocabulary_size) {
    return absl::InvalidArgumentError(absl::StrCat(
        "sequence snapshot: /vocabulary_size: got ",
        sequence->vocabulary_size(), ", want ", compiled_->vocabulary_size));
  }
  // All of them, since a rollback goes back to earlier ones.
  const std::int64_t end = sequence->position();
  for (std::int64_t at = 1; at <= end && compiled_->StateSize() > 0; ++at) {
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

bool Pipeline::has_state() const { return compiled_->StateSize() > 0; }

absl::Status Pipeline::CheckInputs(const StepInputs& inputs) const {
  std::vector<std::string> missing;
  for (std::size_t i = 0; i < compiled_->stages.size(); ++i) {
    const absl::string_view input = compiled_->stages[i]->MissingInput(inputs);
    if (input.empty()) continue;
    missing.push_back(absl::StrCat("/stages/", i, ": ",
                                   compiled_->config.stages[i].type, " needs ",
                                   input, " for every step, none was given"));
  }
  if (missing.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrJoin(missing, "\n"));
}

StepContext Pipeline::ContextOf(std::size_t index, const Sequence& sequence,
                                const Coins& coins,
                                Workspace& workspace) const {
  const Compiled& compiled = *compiled_;
  Workspace::Scratch& scratch = *workspace.scratch_;
  const std::size_t begin = compiled.state_begin[index];
  return {.history = sequence.history(),
          .position = sequence.position(),
          .clock = sequence.clock(),
          .coins = coins,
          .ordinal = static_cast<std::uint32_t>(index),
          .counts = scratch.counts,
          .repeats = scratch.repeats,
          .race = scratch.race,
          .inputs = scratch.inputs,
          .vocabulary_size = compiled.vocabulary_size,
          .state = absl::MakeConstSpan(scratch.state)
                       .subspan(begin, compiled.state_begin[index + 1] - begin),
          .record = scratch.records[index]};
}

Distribution Pipeline::Process(Logits row, const Sequence& sequence,
                               Workspace& workspace, const StepInputs& inputs,
                               StepObserver* observer) const {
  const Compiled& compiled = *compiled_;
  Workspace::Scratch& scratch = *workspace.scratch_;
  Candidates& candidates = scratch.candidates;
  if (static_cast<std::int64_t>(row.size()) != compiled.vocabulary_size ||
      sequence.vocabulary_size() != compiled.vocabulary_size) {
    candidates.Reject(RowStatus::kWrongSize);
    return Distribution(candidates);
  }
  if (!compiled.ReadState(sequence, scratch.state)) {
    candidates.Reject(RowStatus::kWrongState);
    return Distribution(candidates);
  }
  if (compiled.llama_cpp.has_value()) {
    parity::ProcessAsLlamaCpp(*compiled.llama_cpp, row, sequence, scratch.state,
                              candidates, observer, scratch.llama_cpp);
    return Distribution(candidates);
  }
  scratch.counts.Begin(row.size());
  scratch.inputs = inputs;
  if (scratch.records.size() < compiled.stages.size()) {
    scratch.records.resize(compiled.stages.size());
  }
  candidates.Begin(row, observer);
  if (compiled.needs_original_mass) candidates.TrackOriginalMass();
  const Coins coins = sequence.coins();
  for (std::size_t i = 0; i < compiled.stages.size(); ++i) {
    if (candidates.status() != RowStatus::kOk) break;
    if (observer != nullptr) observer->BeforeStage(i, candidates);
    const Stage& stage = *compiled.stages[i];
    if (stage.MissingInput(inputs).empty()) {
      stage.Apply(candidates, ContextOf(i, sequence, coins, workspace));
    } else {
      candidates.Reject(RowStatus::kMissingInput);
    }
    if (observer != nullptr) observer->AfterStage(i, candidates);
  }
  return Distribution(candidates);
}

Token Pipeline::DrawFrom(const Distribution& distribution,
                         const Sequence& sequence, Workspace& workspace) const {
  const RowStatus status = distribution.status();
  if (status != RowStatus::kOk) return {.status = status};
  const Compiled& compiled = *compiled_;
  if (compiled.llama_cpp.has_value()) {
    Token token = workspace.scratch_->llama_cpp.drawn;
    token.state.owner = compiled.state_owner;
    return token;
  }
  const Coins coins = sequence.coins();
  const Drawn drawn = compiled.draw->Choose(
      *distribution.candidates_,
      ContextOf(compiled.stages.size() - 1, sequence, coins, workspace));
  Token token = {drawn.token, RowStatus::kOk, drawn.bits, drawn.interval};
  const Workspace::Scratch& scratch = *workspace.scratch_;
  token.state.values.assign(scratch.state.begin(), scratch.state.end());
  token.state.owner = compiled.state_owner;
  const absl::Span<double> state = absl::MakeSpan(token.state.values);
  for (std::size_t i = 0; i < compiled.stages.size(); ++i) {
    const std::size_t begin = compiled.state_begin[i];
    const std::size_t size = compiled.state_begin[i + 1] - begin;
    if (size == 0) continue;
    compiled.stages[i]->Advance(token.id, scratch.records[i],
                                state.subspan(begin, size));
  }
  return token;
}

absl::Span<const TokenId> Pipeline::DrawAll(const Distribution& distribution,
                                            const Sequence& sequence,
                                            Workspace& workspace) const {
  if (distribution.status() != RowStatus::kOk) return {};
  const Compiled& compiled = *compiled_;
  const Coins coins = sequence.coins();
  return compiled.draw->ChooseAll(
      *distribution.candidates_,
      ContextOf(compiled.stages.size() - 1, sequence, coins, workspace));
}

Token Pipeline::Sample(Logits row, const Sequence& sequence,
                       Workspace& workspace, const StepInputs& inputs) const {
  return DrawFrom(Process(row, sequence, workspace, inputs), sequence,
                  workspace);
}

}  // namespace sampler
