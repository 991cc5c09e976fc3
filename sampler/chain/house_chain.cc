#include "sampler/chain/house_chain.h"

#include <atomic>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sampler/bounds/mass_bounds.h"
#include "sampler/candidates/candidates.h"
#include "sampler/config/phases.h"
#include "sampler/lesson.h"
#include "sampler/pipeline.h"
#include "sampler/random/random.h"
#include "sampler/stages/registry.h"
#include "sampler/step_observer.h"

namespace sampler {

absl::StatusOr<std::unique_ptr<const Chain>> HouseChain::Create(
    const PipelineConfig& config, std::int64_t vocabulary_size,
    const StageRegistry& registry) {
  auto chain = std::unique_ptr<HouseChain>(new HouseChain(vocabulary_size));
  chain->phases_ = CompilePhases(config);
  const PhaseRules none;
  const PhaseRules& rules = chain->phases_ == nullptr ? none : *chain->phases_;
  for (const StageConfig& given : config.stages) {
    const StageType& type = *registry.Find(given.type);
    const Parameters parameters(type.parameters, given.parameters);
    std::unique_ptr<const Stage> stage = type.create(parameters);
    if (!parameters.misuse().empty()) {
      return absl::InternalError(absl::StrCat("the stage type \"", type.name,
                                              "\" ", parameters.misuse()));
    }
    if (stage == nullptr) {
      return absl::InvalidArgumentError(
          absl::StrCat("/stages/", chain->parts_.size(), ": the type \"",
                       type.name, "\" makes nothing, want a stage"));
    }
    chain->Add(given.type, std::move(stage));
    if (given.when.has_value()) {
      chain->parts_.back().when =
          std::make_unique<const Condition>(*given.when, rules);
    }
  }
  chain->draw_ = chain->parts_.back().stage->AsDraw();
  if (chain->draw_ == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat("/stages/", chain->parts_.size() - 1, ": the type \"",
                     chain->parts_.back().type,
                     "\" is of the group \"draw\", but what it makes is no "
                     "Draw"));
  }
  return std::unique_ptr<const Chain>(std::move(chain));
}

void HouseChain::Add(std::string type, std::unique_ptr<const Stage> stage) {
  needs_original_mass_ |= stage->NeedsOriginalMass();
  for (const StepInput input : kAllStepInputs) {
    reads_[static_cast<std::size_t>(input)] |= stage->Reads(input);
  }
  const std::size_t begin = initial_state_.size();
  const std::size_t size = stage->StateSize();
  initial_state_.resize(begin + size);
  if (size > 0) {
    stage->InitializeState(absl::MakeSpan(initial_state_).subspan(begin));
  }
  // A workspace finds a stage's scratch by this key. An address would not do: a
  // new pipeline may get that of one which is gone.
  static std::atomic<std::uint64_t> keys = 0;
  const std::uint64_t key = stage->MakeScratch() != nullptr ? ++keys : 0;
  parts_.push_back({std::move(type), std::move(stage), begin, size, key});
}

const History& HouseChain::CopiedHistory(const Sequence& sequence,
                                         Scratch& scratch) const {
  scratch.history = sequence.history();
  scratch.history.FollowPhases(phases_);
  return scratch.history;
}

StepContext HouseChain::ContextOf(std::size_t index, const Sequence& sequence,
                                  const History& history, const Coins& coins,
                                  Scratch& scratch) const {
  const Part& part = parts_[index];
  return {.history = history,
          .position = sequence.position(),
          .clock = sequence.clock(),
          .coins = coins,
          .ordinal = static_cast<std::uint32_t>(index),
          .counts = scratch.counts,
          .repeats = scratch.repeats,
          .race = scratch.race,
          .inputs = scratch.inputs,
          .vocabulary_size = vocabulary_size_,
          .state = absl::MakeConstSpan(scratch.state)
                       .subspan(part.state_begin, part.state_size),
          .record = scratch.records[index],
          .scratch = scratch.stage_scratches.Of(part.scratch_key, *part.stage)};
}

void HouseChain::Run(Logits row, const Sequence& sequence,
                     StepObserver* observer, Scratch& scratch) const {
  Candidates& candidates = scratch.candidates;
  scratch.counts.Begin(row.size());
  if (scratch.records.size() < parts_.size()) {
    scratch.records.resize(parts_.size());
  }
  candidates.bounds().AskedBy(this);
  candidates.Begin(row, observer);
  if (needs_original_mass_) candidates.TrackOriginalMass();
  if (sequence.has_bans()) {
    sequence.ForEachBanHere([&](TokenId id) { candidates.Remove(id); });
  }
  // A stage that tosses a coin on the way makes what is left a matter of this
  // sequence's random numbers: no fork may draw from it.
  scratch.coins_used = false;
  const Coins coins = sequence.coins().Noting(scratch.coins_used);
  const History& history = HistoryOf(sequence, scratch);
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    // A row that failed stays as it is: later stages would hide why.
    if (candidates.status() != RowStatus::kOk) break;
    if (!parts_[i].Runs(history)) {
      if (observer != nullptr) observer->SkippedStage(i, candidates);
      continue;
    }
    if (observer != nullptr) observer->BeforeStage(i, candidates);
    const Stage& stage = *parts_[i].stage;
    if (stage.MissingInput(scratch.inputs).empty()) {
      stage.Apply(candidates, ContextOf(i, sequence, history, coins, scratch));
    } else {
      candidates.Reject(RowStatus::kMissingInput);
    }
    if (observer != nullptr) observer->AfterStage(i, candidates);
  }
}

Token HouseChain::Draw(const Sequence& sequence, Scratch& scratch) const {
  const Coins coins = sequence.coins();
  const History& history = HistoryOf(sequence, scratch);
  const Drawn drawn = draw_->Choose(
      scratch.candidates,
      ContextOf(parts_.size() - 1, sequence, history, coins, scratch));
  Token token = {drawn.token, RowStatus::kOk, drawn.bits, drawn.interval};
  token.state.values.assign(scratch.state.begin(), scratch.state.end());
  const absl::Span<double> state = absl::MakeSpan(token.state.values);
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    const Part& part = parts_[i];
    // The memory of a stage that did not run rests.
    if (part.state_size == 0 || !part.Runs(history)) continue;
    part.stage->UpdateState(token.id, scratch.records[i],
                            state.subspan(part.state_begin, part.state_size));
  }
  return token;
}

void HouseChain::Teach(const Sequence& sequence, Scratch& scratch,
                       Lesson& lesson) const {
  if (initial_state_.empty()) return;
  const History& history = HistoryOf(sequence, scratch);
  lesson.Begin(scratch.state, scratch.state_owner);
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    const Part& part = parts_[i];
    if (part.state_size == 0 || !part.Runs(history)) continue;
    lesson.Add(*part.stage, part.state_begin, part.state_size,
               scratch.records[i]);
  }
}

absl::Span<const TokenId> HouseChain::DrawAll(const Sequence& sequence,
                                              Scratch& scratch) const {
  const Coins coins = sequence.coins();
  return draw_->ChooseAll(
      scratch.candidates,
      ContextOf(parts_.size() - 1, sequence, HistoryOf(sequence, scratch),
                coins, scratch));
}

bool HouseChain::DrawsForForks(const Scratch& scratch) const {
  return !scratch.coins_used;
}

std::string HouseChain::WrongState(absl::Span<const double> state,
                                   std::int64_t) const {
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    const Part& part = parts_[i];
    if (part.state_size == 0) continue;
    const absl::string_view wrong = part.stage->WrongState(
        state.subspan(part.state_begin, part.state_size));
    if (!wrong.empty()) return absl::StrCat("/stages/", i, ": ", wrong);
  }
  return "";
}

std::string HouseChain::StateName() const {
  std::string name = absl::StrCat("house ", initial_state_.size());
  for (const Part& part : parts_) {
    if (part.state_size == 0) continue;
    absl::StrAppend(&name, " ", part.type, " ", part.state_size);
  }
  return name;
}

std::vector<std::string> HouseChain::MissingInputs(
    const StepInputs& inputs) const {
  std::vector<std::string> missing;
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    const absl::string_view input = parts_[i].stage->MissingInput(inputs);
    if (input.empty()) continue;
    missing.push_back(absl::StrCat("/stages/", i, ": ", parts_[i].type,
                                   " needs ", input,
                                   " for every step, none was given"));
  }
  return missing;
}

}  // namespace sampler
