#include "sampler/config/phases.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sampler/candidate.h"
#include "sampler/chain/condition.h"
#include "sampler/parameters/problems.h"
#include "sampler/parameters/spelling.h"
#include "sampler/stage_lookup.h"
#include "sampler/stages/registry.h"

namespace sampler {
namespace {

PhaseRule CompilePhase(const std::string& name, const Value::Object& given) {
  const Parameters p(PhaseTable(), given);
  return {.name = name,
          .begin = p.TokenSequences("begin"),
          .end = p.TokenSequences("end"),
          .prompt_counts = p.Choice<int>("scope") == 0,
          .initially = p.Boolean("initially")};
}

void CheckPhase(const std::string& name, const Value::Object& given,
                std::optional<std::int64_t> vocabulary_size,
                std::vector<Problem>& problems) {
  const std::string pointer = absl::StrCat("/phases/", EscapePointer(name));
  if (name.empty()) {
    AddProblem({pointer, "got \"\", want a name for the phase"}, problems);
  }
  const std::size_t before = problems.size();
  CheckParameters(PhaseTable(), given, pointer, vocabulary_size, problems);
  if (problems.size() != before) return;
  const PhaseRule rule = CompilePhase(name, given);
  if (rule.begin.empty() && !rule.initially) {
    AddProblem({pointer,
                "the phase never begins: want sequences \"begin\", or "
                "\"initially\": true"},
               problems);
  }
}

void CheckWhen(const PipelineConfig& config, const StageConfig& stage,
               const std::string& pointer, const StageRegistry& registry,
               const std::vector<std::string>& phases,
               std::vector<Problem>& problems) {
  if (!stage.when.has_value()) return;
  const StageType* const type = registry.Find(stage.type);
  if (type != nullptr && type->group == StageGroup::kDraw) {
    AddProblem({pointer, absl::StrCat("\"", stage.type,
                                      "\" is a draw, which always runs: want "
                                      "\"when\" at other stages")},
               problems);
    return;
  }
  if (config.rng == Rng::kLlamaCpp) {
    AddProblem({pointer,
                "with \"rng\": \"llama_cpp\" every stage runs at every "
                "position, want no \"when\""},
               problems);
    return;
  }
  if (stage.parameters.contains("when")) {
    AddProblem({pointer, absl::StrCat("\"", stage.type,
                                      "\" has a parameter \"when\" of its own, "
                                      "which is given too: want one of them")},
               problems);
    return;
  }
  CheckCondition(*stage.when, phases, pointer, problems);
}

bool Contains(const std::vector<TokenId>& tokens,
              const std::vector<TokenId>& sequence) {
  return std::search(tokens.begin(), tokens.end(), sequence.begin(),
                     sequence.end()) != tokens.end();
}

// Does the word "phase" stand in it, as a key or as a value? A stage that looks
// at phases says so by its parameters, and to look for it costs less than to
// ask every stage for its facts.
bool SpeaksOfPhases(const Value& value) {
  if (value.text() != nullptr) return *value.text() == "phase";
  if (value.object() == nullptr) return false;
  return std::any_of(
      value.object()->begin(), value.object()->end(), [](const auto& member) {
        return member.first == "phase" || SpeaksOfPhases(member.second);
      });
}

// What a stage says of phases by its own parameters.
void CheckUse(const PipelineConfig& config, const StageConfig& stage,
              const std::string& pointer, const StageRegistry& registry,
              const std::vector<std::string>& phases,
              std::vector<Problem>& problems) {
  if (!SpeaksOfPhases(stage.parameters)) return;
  StageConfig alone = stage;
  alone.when.reset();
  const StageFacts facts = FactsOf(alone, registry);
  const bool by_scope =
      facts.history.has_value() && facts.history->scope == Scope::kPhase;
  if (config.phases.empty()) {
    if (by_scope || facts.reads_phases || facts.phase.has_value()) {
      AddProblem({pointer, absl::StrCat("\"", stage.type,
                                        "\" looks at a phase, want \"phases\" "
                                        "in the config")},
                 problems);
    }
    return;
  }
  if (!facts.phase.has_value()) return;
  const auto phase = config.phases.find(facts.phase->name);
  if (phase == config.phases.end()) {
    const std::vector<absl::string_view> known(phases.begin(), phases.end());
    AddProblem({absl::StrCat(pointer, "/phase"),
                UnknownName("phase", facts.phase->name, known)},
               problems);
    return;
  }
  std::vector<Problem> wrong;
  CheckParameters(PhaseTable(), phase->second, "", std::nullopt, wrong);
  if (!wrong.empty() || facts.phase->close.empty()) return;
  const PhaseRule rule = CompilePhase(phase->first, phase->second);
  const bool closes = std::any_of(
      rule.end.begin(), rule.end.end(),
      [&](const auto& end) { return Contains(facts.phase->close, end); });
  if (closes) return;
  AddProblem({absl::StrCat(pointer, "/close"),
              absl::StrCat("these tokens do not end the phase \"",
                           Shortened(rule.name),
                           "\", want one of its \"end\" sequences among them")},
             problems);
}

}  // namespace

const ParameterTable& PhaseTable() {
  static const auto& table = *new ParameterTable{
      TokenSequences("begin", "sequences after any of which the phase begins")
          .Default(Value::List{}),
      TokenSequences("end", "sequences after any of which it ends")
          .Default(Value::List{}),
      Choice("scope", "whether a sequence may lie in the prompt")
          .Choices({"both", "output"}),
      Boolean("initially", "open where the output begins").Default(false)};
  return table;
}

void CheckPhases(const PipelineConfig& config,
                 std::optional<std::int64_t> vocabulary_size,
                 const StageRegistry& registry,
                 std::vector<Problem>& problems) {
  if (config.rng == Rng::kLlamaCpp && !config.phases.empty()) {
    AddProblem({"/phases",
                "llama.cpp's samplers know no phases, want none with "
                "\"rng\": \"llama_cpp\""},
               problems);
  }
  std::vector<std::string> names;
  for (const auto& [name, given] : config.phases) {
    names.push_back(name);
    CheckPhase(name, given, vocabulary_size, problems);
  }
  for (std::size_t i = 0;
       i < config.stages.size() && problems.size() <= kMostProblems; ++i) {
    const StageConfig& stage = config.stages[i];
    const std::string pointer = absl::StrCat("/stages/", i);
    CheckWhen(config, stage, pointer + "/when", registry, names, problems);
    CheckUse(config, stage, pointer, registry, names, problems);
  }
}

std::shared_ptr<const PhaseRules> CompilePhases(const PipelineConfig& config) {
  if (config.phases.empty()) return nullptr;
  PhaseRules rules;
  for (const auto& [name, given] : config.phases) {
    rules.phases.push_back(CompilePhase(name, given));
  }
  return std::make_shared<const PhaseRules>(std::move(rules));
}

std::string WhyNotRun(const PipelineConfig& config, std::size_t index,
                      const History& history) {
  const std::optional<Value>& when = config.stages[index].when;
  if (!when.has_value()) return "";
  static const auto& none = *new PhaseRules;
  const std::shared_ptr<const PhaseRules> compiled = CompilePhases(config);
  const PhaseRules& rules = compiled == nullptr ? none : *compiled;
  const Condition condition(*when, rules);
  History own = history;
  if (compiled != nullptr) own.FollowPhases(compiled);
  return condition.Holds(own) ? "" : condition.WhyNot(own, rules);
}

}  // namespace sampler
