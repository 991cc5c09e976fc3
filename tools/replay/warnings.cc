#include "tools/replay/warnings.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "sampler/logs/kind.h"
#include "sampler/logs/rows/row_survey.h"
#include "sampler/parameters/value.h"
#include "sampler/stage_lookup.h"
#include "sampler/stages/registry.h"
#include "tools/chains/chain_doubts.h"
#include "tools/chains/stage_memory.h"

namespace sampler::tools {
namespace {

// Above this temperature the floor of a `_logits_` file shows: its tail weighs
// more than what was stored of it.
constexpr double kHeated = 1.2;

// Does the chain raise the temperature while the whole row is still there?
bool HeatsTheTail(const PipelineConfig& config) {
  double temperature = 1.0;
  for (const StageConfig& stage : config.stages) {
    const StageFacts facts = FactsOf(stage);
    if (facts.temperature.has_value()) temperature *= facts.temperature->high;
    const bool cuts_the_tail = GroupOf(stage) == StageGroup::kTruncate &&
                               !facts.neutral && !facts.cuts_the_top &&
                               !stage.when.has_value();
    if (cuts_the_tail) break;
  }
  return temperature > kHeated;
}

// A stage that looks at the prompt and would change something, or "".
std::string StageThatReadsThePrompt(const PipelineConfig& config) {
  for (const StageConfig& stage : config.stages) {
    const StageFacts facts = FactsOf(stage);
    if (!facts.history.has_value() && !facts.reads_phases) continue;
    if (facts.neutral && GroupOf(stage) != StageGroup::kDraw) continue;
    if (facts.reads_phases) return stage.type;
    if (facts.history->scope != Scope::kOutput) return stage.type;
  }
  return "";
}

// A stage that minds whether logits are positive, as those of a model are and
// log-probabilities are not; null if there is none.
const StageConfig* StageThatReadsSigns(const PipelineConfig& config) {
  for (const StageConfig& stage : config.stages) {
    const StageFacts facts = FactsOf(stage);
    if (facts.reads_signs && !facts.neutral) return &stage;
  }
  return nullptr;
}

std::string SignWarning(const StageConfig& stage) {
  const StageType* const type = StageRegistry::BuiltIn().Find(stage.type);
  const bool can_normalize =
      std::any_of(type->parameters.begin(), type->parameters.end(),
                  [](const Parameter& p) { return p.name() == "normalize"; });
  return absl::StrCat(
      stage.type,
      " on log-probabilities is not what it is on logits "
      "(they are never positive)",
      can_normalize ? "; \"normalize\": true makes both alike" : "");
}

bool HasPrompt(const logs::Log& log) {
  return std::any_of(
      log.sequences().begin(), log.sequences().end(),
      [](const logs::LogSequence& s) { return !s.prompt.empty(); });
}

}  // namespace

absl::StatusOr<RowKind> FindRowKind(const logs::Log& log,
                                    const std::string& kind) {
  RowKind found;
  const logs::LogDescription& description = log.description();
  if (!kind.empty()) {
    found.processed = kind == "processed";
    found.logprobs = kind == "logprobs";
    return found;
  }
  const auto declared = description.metadata.find("kind");
  if (declared != description.metadata.end()) {
    found.processed = absl::StrContains(declared->second, "processed");
  }
  if (description.format == logs::Format::kLlamaLogits) {
    found.logprobs = true;
    return found;
  }
  // The first row that has a distribution tells the scale.
  constexpr std::int64_t kTried = 8;
  logs::RowBuffer buffer;
  logs::RowSurveyor surveyor;
  for (std::int64_t row = 0; row < std::min(log.rows(), kTried); ++row) {
    const auto logits = log.Row(row, buffer);
    if (!logits.ok()) return logits.status();
    const logs::RowStatistics statistics = surveyor.Measure(*logits);
    if (statistics.broken()) continue;
    const auto tail = log.Tail(row);
    if (!tail.ok()) return tail.status();
    if (tail->has_value()) {
      found.logprobs = (*tail)->log_sum_exp == 0;
      break;
    }
    const logs::Scale scale =
        logs::RowKind(statistics, logits->dtype(), log.vocabulary_size()).scale;
    found.logprobs = scale == logs::Scale::kLogprobs;
    found.probabilities = scale == logs::Scale::kProbs;
    break;
  }
  return found;
}

absl::Status CheckRowKind(const RowKind& kind) {
  if (!kind.probabilities) return absl::OkStatus();
  return WithHint(
      absl::InvalidArgumentError(
          "the rows are probabilities (all in [0, 1], sum 1), want logits or "
          "log-probabilities"),
      "store their logarithms, or say --kind raw if they are logits after all");
}

void WarnBefore(const logs::Log& log, const PipelineConfig& config,
                const ReplayOptions& options, const RowKind& kind,
                Warnings& warnings) {
  const logs::LogDescription& description = log.description();
  for (const std::string& notice : description.notices) warnings.Add(notice);
  if (description.partial()) {
    warnings.Add(absl::StrCat("the log is partial: ", description.rows,
                              " complete rows of ", description.expected_rows));
  }
  if (kind.processed) {
    warnings.Add(
        "the rows are declared processed: a sampler changed them before they "
        "were logged, so this chain runs on top of another");
  }
  if (description.top_k) {
    warnings.Add(
        "a top-k log: tokens that a row does not list count as removed; a "
        "row's answer is exact where the chain cuts within the list, and else "
        "bounded");
  }
  if (const StageConfig* stage = StageThatReadsSigns(config);
      kind.logprobs && stage != nullptr) {
    warnings.Add(SignWarning(*stage));
  }
  if (ReadsMasks(config) && !description.masks) {
    warnings.Add(
        "the chain has a mask stage, but the log has no masks, so it bans "
        "nothing; a tensor \"mask\" (BOOL [N, V], or I32 of 32 tokens a word) "
        "adds them");
  }
  if (!ReadsMasks(config) && description.masks) {
    warnings.Add("the log has masks, but no stage of the chain reads them");
  }
  const std::string reader = StageThatReadsThePrompt(config);
  if (!reader.empty() && !HasPrompt(log)) {
    warnings.Add(absl::StrCat(reader,
                              " looks at prompt tokens, but the log has none; "
                              "--prompt-tokens FILE adds them"));
  }
  for (const Problem& doubt : DoubtsOf(config, log.vocabulary_size())) {
    warnings.Add(absl::StrCat(doubt.pointer, ": ", doubt.message));
  }
  if (options.history == HistorySource::kLogged && log.tokens().empty()) {
    warnings.Add(
        "the log has no tokens, so the drawn tokens are the history; --tokens "
        "FILE adds them");
  }
  if (description.format == logs::Format::kLlamaLogits &&
      HeatsTheTail(config)) {
    warnings.Add(
        "a temperature above 1.2 before any truncation spreads mass over "
        "tokens at the _logits_ floor, whose values the file does not hold");
  }
}

void WarnOfMemory(const logs::Log& log, const PipelineConfig& config,
                  const ReplayOptions& options, const ReplaySummary& summary,
                  Warnings& warnings) {
  if (UsesReplayedHistory(log, options)) return;
  const std::string warning =
      MemoryWarning(config, summary.same_rows(), summary.rows());
  if (!warning.empty()) warnings.Add(warning);
}

void WarnAfter(const ReplaySummary& summary, const RowKind& kind,
               Warnings& warnings) {
  if (summary.removed_in_log() == 0 || kind.processed) return;
  warnings.Add(absl::StrCat(
      Grouped(summary.removed_in_log()),
      " of the rows hold -inf: they look processed, as if a sampler had "
      "removed tokens before they were logged"));
}

}  // namespace sampler::tools
