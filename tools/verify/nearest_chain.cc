#include "tools/verify/nearest_chain.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "sampler/stages/registry.h"
#include "tools/explain/step.h"

namespace sampler::tools {
namespace {

// Halvings until a number is told apart from its neighbours as people write
// them.
constexpr int kHalvings = 40;
// Ends of ranges that have none.
constexpr double kFarthest = 1e6;
// From an end that is itself not allowed.
constexpr double kNudge = 1e-9;

// A row, and the question of a token's fate in it.
struct Trial {
  Logits row;
  const Sequence& sequence;
  const StepInputs& inputs;
  TokenId token;
};

// The stage that removes the token and why; empty if it is kept. No answer of a
// chain that cannot run.
struct Fate {
  bool valid = false;
  std::optional<std::size_t> removed_by;
  std::string reason;
  std::vector<std::int64_t> kept;  // By stage.
};

Fate FateUnder(const PipelineConfig& config, const Trial& trial) {
  Fate fate;
  const auto pipeline =
      Pipeline::Create(config, static_cast<std::int64_t>(trial.row.size()));
  if (!pipeline.ok()) return fate;
  const Explanation step = Explain(*pipeline, trial.row, trial.sequence,
                                   {.top = 1,
                                    .tokens = {trial.token},
                                    .logged = {},
                                    .inputs = trial.inputs,
                                    .listed = {}});
  const TokenReport* const report = step.Find(trial.token);
  if (report == nullptr || step.status != RowStatus::kOk) return fate;
  fate.valid = true;
  fate.removed_by = report->removed_by;
  fate.reason = report->reason;
  for (const StageReport& stage : step.stages) {
    fate.kept.push_back(stage.kept);
  }
  return fate;
}

// Does the token get past stage `index`?
bool Passes(const Fate& fate, std::size_t index) {
  return fate.valid &&
         (!fate.removed_by.has_value() || *fate.removed_by > index);
}

PipelineConfig With(const PipelineConfig& config, std::size_t index,
                    const Parameter& line, double value) {
  PipelineConfig changed = config;
  Value& place = changed.stages[index].parameters[std::string(line.name())];
  if (line.kind() == ParameterKind::kInteger) {
    place = Value(static_cast<std::int64_t>(std::llround(value)));
  } else {
    place = Value(value);
  }
  return changed;
}

// The number that the stage has; empty if it has none.
std::optional<double> NumberIn(const StageConfig& stage,
                               const Parameter& line) {
  const auto given = stage.parameters.find(std::string(line.name()));
  const Value* value = nullptr;
  if (given != stage.parameters.end()) {
    value = &given->second;
  } else if (line.default_value().has_value()) {
    value = &*line.default_value();
  }
  if (value == nullptr) return std::nullopt;
  if (value->integer() != nullptr) {
    return static_cast<double>(*value->integer());
  }
  return value->real() == nullptr ? std::nullopt
                                  : std::optional<double>(*value->real());
}

// Moves one number from where it removes the token towards `end`, and back to
// the first place, as far as bisection sees, where it does not. Empty if it
// removes the token at the end too.
std::optional<PipelineConfig> Moved(const PipelineConfig& config,
                                    std::size_t index, const Parameter& line,
                                    double from, double end,
                                    const Trial& trial) {
  const auto passes = [&](double value) {
    return Passes(FateUnder(With(config, index, line, value), trial), index);
  };
  if (from == end || !passes(end)) return std::nullopt;
  const bool whole = line.kind() == ParameterKind::kInteger;
  double good = end;
  double bad = from;
  for (int i = 0; i < kHalvings; ++i) {
    const double middle = 0.5 * (good + bad);
    const double tried = whole ? std::round(middle) : middle;
    if (tried == good || tried == bad) break;
    (passes(tried) ? good : bad) = tried;
  }
  return With(config, index, line, good);
}

// The change of one number of stage `index` after which it keeps the fewest
// tokens.
std::optional<PipelineConfig> RelaxedStage(const PipelineConfig& config,
                                           std::size_t index,
                                           const Trial& trial) {
  const StageConfig& stage = config.stages[index];
  const StageType* const type = StageRegistry::BuiltIn().Find(stage.type);
  if (type == nullptr) return std::nullopt;
  std::optional<PipelineConfig> best;
  std::int64_t fewest = std::numeric_limits<std::int64_t>::max();
  for (const Parameter& line : type->parameters) {
    const bool number = line.kind() == ParameterKind::kReal ||
                        line.kind() == ParameterKind::kInteger;
    const auto from = number ? NumberIn(stage, line) : std::nullopt;
    if (!from.has_value()) continue;
    const double low = std::max(line.minimum(), -kFarthest) +
                       (line.minimum_excluded() ? kNudge : 0.0);
    const double widest = line.kind() == ParameterKind::kInteger
                              ? static_cast<double>(trial.row.size())
                              : kFarthest;
    const double high = std::min(line.maximum(), widest) -
                        (line.maximum_excluded() ? kNudge : 0.0);
    for (const double end : {low, high}) {
      auto moved = Moved(config, index, line, *from, end, trial);
      if (!moved.has_value()) continue;
      const std::int64_t kept = FateUnder(*moved, trial).kept[index];
      if (kept < fewest) {
        fewest = kept;
        best = std::move(moved);
      }
    }
  }
  return best;
}

}  // namespace

NearestChain FindNearestChain(const PipelineConfig& config, Logits row,
                              const Sequence& sequence,
                              const StepInputs& inputs, TokenId token) {
  const Trial trial = {row, sequence, inputs, token};
  NearestChain nearest;
  PipelineConfig chain = config;
  Fate fate = FateUnder(chain, trial);
  nearest.removed_by = fate.reason;
  // Every round gets the token past one more stage.
  for (std::size_t round = 0; round < config.stages.size(); ++round) {
    if (!fate.valid) return nearest;
    if (!fate.removed_by.has_value()) {
      nearest.chain = std::move(chain);
      return nearest;
    }
    auto relaxed = RelaxedStage(chain, *fate.removed_by, trial);
    if (!relaxed.has_value()) return nearest;
    chain = *std::move(relaxed);
    fate = FateUnder(chain, trial);
  }
  if (fate.valid && !fate.removed_by.has_value()) {
    nearest.chain = std::move(chain);
  }
  return nearest;
}

}  // namespace sampler::tools
