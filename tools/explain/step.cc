#include "tools/explain/step.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "sampler/candidates/candidates.h"
#include "sampler/config.h"
#include "sampler/config/phases.h"
#include "sampler/random/random.h"
#include "sampler/stage_lookup.h"
#include "sampler/stages/registry.h"
#include "sampler/step_observer.h"
#include "tools/explain/draw_interval.h"
#include "tools/explain/reason.h"

namespace sampler::tools {
namespace {

// The given parameters with the table's defaults for the others.
Value::Object WithDefaults(const StageConfig& config, const StageType& type) {
  Value::Object all = config.parameters;
  for (const Parameter& line : type.parameters) {
    if (line.default_value().has_value()) {
      all.emplace(std::string(line.name()), *line.default_value());
    }
  }
  return all;
}

// Adds `id` unless it is there.
void AddOnce(TokenId id, std::vector<TokenId>& ids) {
  if (std::find(ids.begin(), ids.end(), id) == ids.end()) ids.push_back(id);
}

// Takes a moment between any two stages and writes the reports.
class Recorder final : public StepObserver {
 public:
  // Shows `tokens`, and the first of the raw ranking. `options` must outlive
  // it.
  Recorder(std::vector<TokenId> tokens, const ExplainOptions& options,
           const PipelineConfig& config, const History& history,
           Explanation& explanation)
      : tokens_(std::move(tokens)),
        options_(options),
        config_(config),
        history_(history),
        out_(explanation) {}

  void BeforeStage(std::size_t index, const Candidates& candidates) override {
    if (index == 0) Begin(candidates);
    StageReport& stage = out_.stages[index];
    stage.ran = true;
    stage.before = candidates.Count();
  }

  void OnTruncation(const Truncation& truncation) override {
    truncation_ = truncation;
    ++truncations_;
  }

  void AfterStage(std::size_t index, const Candidates& candidates) override {
    Moment after(candidates, out_.vocabulary_size);
    StageReport& stage = out_.stages[index];
    stage.kept = after.count();
    Compare(after, stage);
    for (TokenReport& token : out_.tokens) Follow(index, after, token);
    truncations_ = 0;
    now_ = std::move(after);
  }

  void SkippedStage(std::size_t index, const Candidates& candidates) override {
    BeforeStage(index, candidates);
    why_not_run_ = WhyNotRun(config_, index, history_);
    AfterStage(index, candidates);
    why_not_run_.clear();
  }

  // What the last stage left.
  Moment TakeLast() { return std::move(now_); }

 private:
  bool IsKnown(TokenId id) const {
    return !options_.listed.has_value() ||
           (*options_.listed)[static_cast<std::size_t>(id)] > -HUGE_VAL;
  }
  bool AreAllKnown(const Moment& moment) const {
    const auto ranked = moment.ranked();
    return std::all_of(ranked.begin(), ranked.end(),
                       [&](const RankedCandidate& candidate) {
                         return IsKnown(candidate.id);
                       });
  }

  void Begin(const Candidates& candidates) {
    raw_ = Moment(candidates, out_.vocabulary_size);
    now_ = raw_;
    out_.raw_count = raw_.count();
    if (AreAllKnown(raw_)) out_.raw_entropy = raw_.entropy();
    std::int64_t shown = 0;
    for (const RankedCandidate& candidate : raw_.ranked()) {
      if (shown == options_.top) break;
      if (!IsKnown(candidate.id)) continue;
      AddOnce(candidate.id, tokens_);
      ++shown;
    }
    for (const TokenId id : tokens_) {
      TokenReport& token = out_.tokens.emplace_back();
      token.id = id;
      if (IsKnown(id)) token.raw = raw_.StandingOf(id);
      token.logit = token.raw.has_value() ? token.raw->logit : -HUGE_VAL;
    }
    std::sort(out_.tokens.begin(), out_.tokens.end(),
              [](const TokenReport& a, const TokenReport& b) {
                return a.logit != b.logit ? a.logit > b.logit : a.id < b.id;
              });
  }

  // What `stage` changed between now_ and `after`.
  void Compare(const Moment& after, StageReport& stage) {
    const RankedCandidate* steepest = nullptr;  // Largest logit in magnitude.
    for (const RankedCandidate& candidate : after.ranked()) {
      if (now_.Find(candidate.id)->logit != candidate.logit) ++stage.edited;
      if (steepest == nullptr ||
          std::fabs(candidate.logit) > std::fabs(steepest->logit)) {
        steepest = &candidate;
      }
    }
    stage.active = stage.kept < stage.before || stage.edited > 0 ||
                   stage.group == StageGroup::kDraw;
    if (truncations_ > 0) stage.threshold = truncation_.threshold;
    if (truncations_ == 1 && stage.edited == 0) {
      stage.mass_removed = truncation_.mass_removed;
    } else if (truncations_ > 0 || stage.kept < stage.before) {
      // Bans, and stages that edit and truncate, are summed up here.
      stage.mass_removed = 1.0 - now_.MassOf(after);
    }
    if (after.status() != RowStatus::kOk) {
      stage.active = true;
      stage.note =
          absl::StrCat("leaves the row ", RowStatusName(after.status()));
      return;
    }
    stage.mass = raw_.MassOf(after);
    if (AreAllKnown(after)) stage.entropy = after.entropy();
    if (!why_not_run_.empty()) {
      stage.note = why_not_run_;
    } else if (!stage.active) {
      stage.note = WhyInactive({stage, now_, history_});
    } else if (stage.edited > 0 && steepest != nullptr &&
               stage.facts.temperature.has_value()) {
      stage.note = absl::StrFormat(
          "logits * %.6g", steepest->logit / now_.Find(steepest->id)->logit);
    } else if (stage.edited > 0) {
      stage.note = absl::StrCat("edits ", stage.edited,
                                stage.edited == 1 ? " logit" : " logits");
    }
  }

  void Follow(std::size_t index, const Moment& after, TokenReport& token) {
    token.after.push_back(IsKnown(token.id) ? after.StandingOf(token.id)
                                            : std::nullopt);
    const std::optional<Standing>& before =
        index == 0 ? token.raw : token.after[index - 1];
    if (!before.has_value() || token.after.back().has_value()) return;
    const StageReport& stage = out_.stages[index];
    token.removed_by = index;
    token.reason = after.status() == RowStatus::kOk
                       ? WhyRemoved({stage, *before, now_, after})
                       : absl::StrCat(stage.config.type, ": ", stage.note);
  }

  std::vector<TokenId> tokens_;
  const ExplainOptions& options_;
  const PipelineConfig& config_;
  const History& history_;
  std::string why_not_run_;  // Of a stage whose condition does not hold.
  Explanation& out_;
  Moment raw_;
  Moment now_;
  Truncation truncation_ = {};  // The last one of the running stage.
  int truncations_ = 0;
};

// llama.cpp's penalties are one sampler, which runs in the place of the first
// of the stages that stand together.
void NoteMergedPenalties(std::vector<StageReport>& stages) {
  std::size_t runs = 0;  // From 1; 0: none before.
  for (std::size_t i = 0; i < stages.size(); ++i) {
    if (!stages[i].facts.edits_seen) {
      runs = 0;
    } else if (stages[i].active) {
      runs = i + 1;
    } else if (runs > 0 && !stages[i].facts.neutral) {
      stages[i].note = absl::StrCat("done in stage [", runs, "]");
    }
  }
}

std::vector<StageReport> PrepareStages(const PipelineConfig& config) {
  std::vector<StageReport> stages;
  for (const StageConfig& stage : config.stages) {
    StageReport& report = stages.emplace_back();
    report.config = stage;
    if (const StageType* type = StageRegistry::BuiltIn().Find(stage.type)) {
      report.group = type->group;
      report.facts = FactsOf(stage);
      report.parameters = WithDefaults(stage, *type);
    }
  }
  return stages;
}

}  // namespace

const TokenReport* Explanation::Find(TokenId id) const {
  for (const TokenReport& token : tokens) {
    if (token.id == id) return &token;
  }
  return nullptr;
}

Explanation Explain(const Pipeline& pipeline, Logits row,
                    const Sequence& sequence, const ExplainOptions& options) {
  Explanation result;
  result.vocabulary_size = pipeline.vocabulary_size();
  result.logged = options.logged;
  result.completed = options.listed.has_value();
  result.stages = PrepareStages(pipeline.config());
  const auto memories = MemoryOfStages(pipeline.config(), sequence);
  for (std::size_t i = 0; i < memories.size(); ++i) {
    result.stages[i].memory = memories[i];
  }

  // Once to learn which tokens matter, once more to watch them.
  Workspace workspace;
  std::vector<TokenId> shown = options.tokens;
  if (options.logged.has_value()) AddOnce(*options.logged, shown);
  const Step step = pipeline.Process(row, sequence, workspace, options.inputs);
  result.status = step.status();
  std::uint64_t bits = 0;
  if (result.status == RowStatus::kOk) {
    for (const Candidate& candidate : step.distribution().Top(options.top)) {
      AddOnce(candidate.id, shown);
    }
    const Token token = step.Draw();
    AddOnce(token.id, shown);
    result.drawn = token.id;
    bits = token.bits;
    if (bits != 0) result.u = token.u();
  }

  Recorder recorder(std::move(shown), options, pipeline.config(),
                    sequence.history(), result);
  pipeline.Process(row, sequence, workspace, options.inputs, &recorder);
  result.out = recorder.TakeLast();
  if (pipeline.config().rng == Rng::kLlamaCpp) {
    NoteMergedPenalties(result.stages);
  }
  const StageReport& draw = result.stages.back();
  // A parity mode lays its candidates out in another order, and other masses.
  const DrawBy by = draw.facts.draws_by;
  const bool by_rank = by == DrawBy::kMassByRank;
  const bool by_mass = by_rank || by == DrawBy::kMassById;
  if (result.drawn.has_value() && by_mass &&
      pipeline.config().rng == Rng::kHouse) {
    result.u = ToFraction(bits);
    result.interval = FindInterval(result.out, *result.drawn, bits, by_rank);
  }
  return result;
}

}  // namespace sampler::tools
