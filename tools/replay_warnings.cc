#include "tools/replay_warnings.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "sampler/logs/kind.h"
#include "sampler/logs/row_survey.h"

namespace sampler::tools {
namespace {

// Above this temperature the floor of a `_logits_` file shows: its tail weighs
// more than what was stored of it.
constexpr double kHeated = 1.2;

Parameters ParametersOf(const StageConfig& stage, const StageType& type) {
  return {type.parameters, stage.parameters};
}

double LargestTemperature(const Parameters& p) {
  if (!p.Has("schedule")) return p.Real("temperature");
  const Parameters schedule = p.Object("schedule");
  return std::max(schedule.Real("from"), schedule.Real("to"));
}

// Does a truncation with these parameters remove anything?
bool Truncates(const std::string& type, const Parameters& p) {
  if (type == "top_k") return p.Integer("k") > 0;
  if (type == "min_p") return p.Real("p") > 0.0;
  if (type == "xtc") return false;  // It takes from the head.
  if (type == "top_p" || type == "typical_p") return p.Real("p") < 1.0;
  return true;
}

// Does the chain raise the temperature while the whole row is still there?
bool HeatsTheTail(const PipelineConfig& config) {
  double temperature = 1.0;
  for (const StageConfig& stage : config.stages) {
    const StageType& type = *StageRegistry::BuiltIn().Find(stage.type);
    const Parameters p = ParametersOf(stage, type);
    if (stage.type == "temperature") temperature *= LargestTemperature(p);
    if (type.group == StageGroup::kTruncate && Truncates(stage.type, p)) break;
  }
  return temperature > kHeated;
}

// A stage that looks at the prompt and would change something, or "".
std::string StageThatReadsThePrompt(const PipelineConfig& config) {
  for (const StageConfig& stage : config.stages) {
    if (!absl::EndsWith(stage.type, "_penalty")) continue;
    const StageType& type = *StageRegistry::BuiltIn().Find(stage.type);
    const Parameters p = ParametersOf(stage, type);
    const double neutral = stage.type == "repetition_penalty" ? 1.0 : 0.0;
    if (p.Real("penalty") == neutral) continue;
    if (p.Choice<Scope>("scope") != Scope::kOutput) return stage.type;
  }
  return "";
}

bool PenalisesWithoutNormalising(const PipelineConfig& config) {
  return std::any_of(
      config.stages.begin(), config.stages.end(), [](const StageConfig& stage) {
        if (stage.type != "repetition_penalty") return false;
        const StageType& type = *StageRegistry::BuiltIn().Find(stage.type);
        const Parameters p = ParametersOf(stage, type);
        return p.Real("penalty") != 1.0 && !p.Boolean("normalize");
      });
}

bool HasPrompt(const logs::Log& log) {
  return std::any_of(
      log.sequences().begin(), log.sequences().end(),
      [](const logs::LogSequence& s) { return !s.prompt.empty(); });
}

}  // namespace

RowKind FindRowKind(const logs::Log& log, const std::string& kind) {
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
    const Logits logits = log.Row(row, buffer);
    const logs::RowStatistics statistics = surveyor.Measure(logits);
    if (statistics.broken()) continue;
    if (const auto tail = log.Tail(row); tail.has_value()) {
      found.logprobs = tail->log_sum_exp == 0;
      break;
    }
    const logs::Scale scale =
        logs::RowKind(statistics, logits.dtype(), log.vocabulary_size()).scale;
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
  if (log.Tail(0).has_value()) {
    warnings.Add(
        "a top-k log: tokens that a row does not list count as removed; a "
        "row's "
        "answer is exact where the chain cuts within the list, and else "
        "bounded");
  }
  if (kind.logprobs && PenalisesWithoutNormalising(config)) {
    warnings.Add(
        "repetition_penalty on log-probabilities is not what it is on logits "
        "(they are never positive); \"normalize\": true makes both alike");
  }
  const std::string reader = StageThatReadsThePrompt(config);
  if (!reader.empty() && !HasPrompt(log)) {
    warnings.Add(absl::StrCat(reader,
                              " counts prompt tokens, but the log has none; "
                              "--prompt-tokens FILE adds them"));
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

void WarnAfter(const ReplaySummary& summary, const RowKind& kind,
               Warnings& warnings) {
  if (summary.removed_in_log() == 0 || kind.processed) return;
  warnings.Add(absl::StrCat(
      Grouped(summary.removed_in_log()),
      " of the rows hold -inf: they look processed, as if a sampler had "
      "removed tokens before they were logged"));
}

}  // namespace sampler::tools
