// Stages in this library's words -> LlamaCppChain, or why not.

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sampler/config.h"
#include "sampler/parameters/value.h"
#include "sampler/parity/llama_cpp.h"
#include "sampler/parity/llama_cpp_translate.h"
#include "sampler/parity/stage_reader.h"
#include "sampler/stages/registry.h"

namespace sampler::parity {
namespace {

using Action = LlamaCppChain::Action;

// One `penalties` sampler, made of house stages that stand together.
struct PenaltyGroup {
  std::size_t first = 0;  // Index of the stage that runs it.
  int last_kind = -1;     // 0 repetition, 1 frequency, 2 presence.
  std::optional<std::int64_t> window = {};
  PenaltyRule rule = {};
};

constexpr absl::string_view kPenalties[] = {
    "repetition_penalty", "frequency_penalty", "presence_penalty"};

// An option of a stage that llama.cpp knows with one value only.
struct Requirement {
  absl::string_view stage;
  absl::string_view parameter;
  Value wanted;
};

const std::vector<Requirement>& Requirements() {
  static const auto* const requirements = new std::vector<Requirement>{
      {"suppress_tokens", "when", "always"},
      {"suppress_tokens", "ranges", Value::List{}},
      {"suppress_tokens", "from_id", nullptr},
      {"repetition_penalty", "scope", "both"},
      {"repetition_penalty", "ignore_first", 0},
      {"repetition_penalty", "normalize", false},
      {"repetition_penalty", "decay", 0},
      {"repetition_penalty", "exempt", Value::List{}},
      {"frequency_penalty", "scope", "both"},
      {"frequency_penalty", "decay", 0},
      {"frequency_penalty", "exempt", Value::List{}},
      {"presence_penalty", "scope", "both"},
      {"presence_penalty", "decay", 0},
      {"presence_penalty", "exempt", Value::List{}},
      {"dry", "scope", "both"},
      {"dry", "exempt_breakers", true},
      {"dry", "max_ngram", nullptr},
      {"dry", "max_occurrences", nullptr},
      {"dry", "early_exit", nullptr},
      {"dry", "rule", "llama_cpp"},
      {"temperature", "schedule", nullptr},
      {"dynamic_temperature", "count", "all"},
      {"top_n_sigma", "min_keep", 1},
      {"top_n_sigma", "sigma", "population"},
      {"top_k", "ties", "exact"},
      {"typical_p", "ties", "exact"},
      {"typical_p", "equality", "continue"},
      {"top_p", "ties", "exact"},
      {"top_p", "equality", "stop"},
      {"top_p", "crossing", "include"},
      {"top_p", "mass", "surviving"},
      {"top_p", "tie_order", "low_id"},
      {"top_p", "decay", 1.0},
      {"xtc", "protect", Value::List{}},
      {"xtc", "fire", "le"},
      {"xtc", "mode", "random"},
      {"mirostat", "surprise", "truncated"},
  };
  return *requirements;
}

bool DrawsItself(absl::string_view stage) {
  return stage == "mirostat" || stage == "adaptive_p";
}

// One pass over the stages.
class Compiler {
 public:
  Compiler(absl::Span<const StageConfig> stages, const StageRegistry& registry,
           std::int64_t vocabulary_size)
      : stages_(stages), registry_(registry), chain_(vocabulary_size) {}

  void Run() {
    actions.resize(stages_.size());
    for (index_ = 0; index_ < stages_.size(); ++index_) CompileStage();
    for (const PenaltyGroup& group : penalties_) {
      actions[group.first] = [window = group.window,
                              rule = group.rule](LlamaCppStep& step) {
        Penalize(step.scratch.array, step.history.View(Scope::kBoth, window),
                 rule, step.scratch.numbers);
      };
    }
  }

  std::vector<Problem> problems;
  std::vector<Action> actions;
  const ChainBuilder& chain() const { return chain_; }

 private:
  void Report(absl::string_view pointer, absl::string_view message) {
    problems.push_back({absl::StrCat("/stages/", index_, pointer),
                        absl::StrCat(message, " with \"rng\": \"llama_cpp\"")});
  }

  void CompileStage() {
    const StageConfig& config = stages_[index_];
    const StageType* type = registry_.Find(config.type);
    if (type == nullptr) return;  // This and the like: CheckConfig reports it.
    std::vector<Problem> found;
    CheckParameters(type->parameters, config.parameters, "", std::nullopt,
                    found);
    if (!found.empty()) return;
    if (type->check != nullptr &&
        !type->check(Parameters(type->parameters, config.parameters)).empty()) {
      return;
    }
    const StageReader stage(*type, config);
    if (!IsOurs(*type)) {
      ReportNotRunnable();
      return;
    }
    if (!MeetsRequirements(stage) || !FitsFloat32(stage)) return;
    chain_.BeginStage(index_);
    const auto* const penalty =
        std::find(std::begin(kPenalties), std::end(kPenalties), config.type);
    if (penalty != std::end(kPenalties)) {
      AddPenalty(stage, static_cast<int>(penalty - std::begin(kPenalties)));
      return;
    }
    group_open_ = false;
    if (DrawsItself(config.type)) CheckPlace(config.type);
    // What drew before has drawn in its place.
    const bool drawn = index_ > 0 && DrawsItself(stages_[index_ - 1].type);
    if (config.type == "categorical" && drawn) return;
    std::optional<Action> action = Translate(stage, chain_);
    if (!action.has_value()) {
      ReportNotRunnable();
    } else {
      actions[index_] = *std::move(action);
    }
  }

  // Is it the library's own stage of that name, not one that a program put in
  // its place, with parameters of other meanings?
  static bool IsOurs(const StageType& type) {
    const StageType* ours = StageRegistry::BuiltIn().Find(type.name);
    // Each function that captures nothing is of a type of its own.
    return ours != nullptr &&
           ours->create.target_type() == type.create.target_type();
  }

  void ReportNotRunnable() {
    Report("/type", absl::StrCat("\"", stages_[index_].type, "\" cannot run"));
  }

  // A number that becomes infinite, or 0, as a float32 is not the one that was
  // asked for; nor may one that is computed from several.
  bool FitsFloat32(const StageReader& stage) {
    const std::size_t before = problems.size();
    for (const auto& [pointer, found] : stage.Unrepresentable()) {
      Report(absl::StrCat("/", pointer), found);
    }
    if (problems.size() != before) return false;
    std::string conflict = FloatConflict(stage);
    if (!conflict.empty()) Report("", conflict);
    return conflict.empty();
  }

  bool MeetsRequirements(const StageReader& stage) {
    const std::size_t before = problems.size();
    for (const Requirement& requirement : Requirements()) {
      if (requirement.stage != stage.type()) continue;
      const Value value = stage.Get(requirement.parameter);
      if (value == requirement.wanted) continue;
      Report(absl::StrCat("/", requirement.parameter),
             absl::StrCat("got ", ToText(value), ", want ",
                          ToText(requirement.wanted)));
    }
    return problems.size() == before;
  }

  // llama.cpp draws in mirostat and adaptive_p.
  void CheckPlace(absl::string_view type) {
    if (index_ + 2 != stages_.size() ||
        stages_[index_ + 1].type != "categorical") {
      Report("", absl::StrCat("\"", type,
                              "\" must stand directly before a last "
                              "\"categorical\""));
    }
  }

  // Penalties that stand together in this order, with one window, are one
  // sampler; neutral ones are none.
  void AddPenalty(const StageReader& stage, int kind) {
    const float penalty = stage.Float("penalty");
    if (penalty == (kind == 0 ? 1.0F : 0.0F)) return;
    const auto window = stage.OptionalInteger("window");
    const bool joins = group_open_ && kind > penalties_.back().last_kind &&
                       window == penalties_.back().window;
    if (!joins) penalties_.push_back({.first = index_, .window = window});
    group_open_ = true;
    PenaltyGroup& group = penalties_.back();
    group.last_kind = kind;
    (kind == 0   ? group.rule.repeat
     : kind == 1 ? group.rule.frequency
                 : group.rule.presence) = penalty;
  }

  const absl::Span<const StageConfig> stages_;
  const StageRegistry& registry_;
  ChainBuilder chain_;
  std::size_t index_ = 0;
  std::vector<PenaltyGroup> penalties_;
  bool group_open_ = false;
};

}  // namespace

std::vector<Problem> LlamaCppChain::Check(absl::Span<const StageConfig> stages,
                                          const StageRegistry& registry) {
  Compiler compiler(stages, registry, /*vocabulary_size=*/1);
  compiler.Run();
  return std::move(compiler.problems);
}

LlamaCppChain::LlamaCppChain(absl::Span<const StageConfig> stages,
                             const StageRegistry& registry,
                             std::int64_t vocabulary_size) {
  Compiler compiler(stages, registry, vocabulary_size);
  compiler.Run();
  actions_ = std::move(compiler.actions);
  engines_ = compiler.chain().engines();
  numbers_ = compiler.chain().numbers();
  memory_ = compiler.chain().memory();
  for (const StateNumber& number : numbers_) {
    initial_state_.push_back(number.initial);
  }
}

}  // namespace sampler::parity
