#include "sampler/config.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "sampler/config/phases.h"
#include "sampler/parameters/problems.h"
#include "sampler/parameters/spelling.h"
#include "sampler/parity/llama_cpp.h"
#include "sampler/stage_lookup.h"
#include "sampler/stages/registry.h"

namespace sampler {
namespace {

// A mistake of the stage type, whose `parameters` were asked for more than it
// has.
std::string Misuse(const StageType& type, const Parameters& parameters) {
  return absl::StrCat("the stage type \"", type.name, "\" ",
                      parameters.misuse());
}

void CheckStage(const StageConfig& stage, const std::string& pointer,
                std::optional<std::int64_t> vocabulary_size, bool last,
                const StageRegistry& registry, std::vector<Problem>& problems) {
  const StageType* type = registry.Find(stage.type);
  if (type == nullptr) {
    AddProblem({absl::StrCat(pointer, "/type"),
                UnknownName("stage", stage.type, registry.names())},
               problems);
    return;
  }
  std::vector<Problem> found;
  CheckParameters(type->parameters, stage.parameters, pointer, vocabulary_size,
                  found);
  if (found.empty() && type->check != nullptr) {
    const Parameters parameters(type->parameters, stage.parameters);
    std::string wrong = type->check(parameters);
    if (!parameters.misuse().empty()) wrong = Misuse(*type, parameters);
    if (!wrong.empty()) found.push_back({pointer, std::move(wrong)});
  }
  if (type->group == StageGroup::kDraw && !last) {
    found.push_back(
        {pointer, absl::StrCat("\"", stage.type,
                               "\" is a draw, want it as the last stage")});
  }
  for (Problem& problem : found) AddProblem(std::move(problem), problems);
}

void CheckLlamaCpp(const PipelineConfig& config, const StageRegistry& registry,
                   std::vector<Problem>& problems) {
  if (config.seed.has_value() && *config.seed >= parity::kRandomSeed) {
    AddProblem(
        {"/seed",
         absl::StrCat("got ", *config.seed, ", want an integer in [0, ",
                      parity::kRandomSeed, ") with \"rng\": \"llama_cpp\"")},
        problems);
  }
  for (Problem& problem :
       parity::LlamaCppChain::Check(config.stages, registry)) {
    AddProblem(std::move(problem), problems);
  }
}

// Rules about what stands beside a stage.
void CheckNeighbours(const std::vector<StageConfig>& stages,
                     const StageRegistry& registry,
                     std::vector<Problem>& problems) {
  for (std::size_t i = 0; i + 1 < stages.size(); ++i) {
    const StageType* type = registry.Find(stages[i].type);
    const StageType* next = registry.Find(stages[i + 1].type);
    if (type == nullptr || next == nullptr) continue;
    if (type->precedes_draw && next->group != StageGroup::kDraw) {
      AddProblem({absl::StrCat("/stages/", i),
                  absl::StrCat("\"", type->name,
                               "\" must stand directly before the draw, got \"",
                               next->name, "\" after it")},
                 problems);
    }
  }
}

void CheckLast(const std::vector<StageConfig>& stages,
               const StageRegistry& registry, std::vector<Problem>& problems) {
  const StageType* last =
      stages.empty() ? nullptr : registry.Find(stages.back().type);
  if (stages.empty() || (last != nullptr && last->group != StageGroup::kDraw)) {
    std::vector<absl::string_view> draws;
    for (const StageType& type : registry.types()) {
      if (type.group == StageGroup::kDraw) draws.push_back(type.name);
    }
    // The first two stand for all: there are many.
    const bool more = draws.size() > 2;
    if (more) draws.resize(2);
    AddProblem({"/stages",
                absl::StrCat("no draw at the end, want \"",
                             absl::StrJoin(draws, more ? "\", \"" : "\" or \""),
                             more ? "\" or another draw" : "\"",
                             " as the last stage")},
               problems);
  }
}

// The facts of a stage that runs at some steps only.
StageFacts FactsOfSome(StageFacts facts) {
  facts.reads_phases = true;
  facts.head.reset();
  facts.bans.clear();
  facts.allows.reset();
  if (facts.temperature.has_value()) {
    facts.temperature = {std::min(facts.temperature->low, 1.0),
                         std::max(facts.temperature->high, 1.0)};
  }
  return facts;
}

}  // namespace

std::vector<Problem> CheckConfig(const PipelineConfig& config,
                                 std::optional<std::int64_t> vocabulary_size,
                                 const StageRegistry& registry) {
  std::vector<Problem> problems;
  const std::size_t size = config.stages.size();
  for (std::size_t i = 0; i < size && problems.size() <= kMostProblems; ++i) {
    CheckStage(config.stages[i], absl::StrCat("/stages/", i), vocabulary_size,
               /*last=*/i + 1 == size, registry, problems);
  }
  CheckNeighbours(config.stages, registry, problems);
  CheckLast(config.stages, registry, problems);
  CheckPhases(config, vocabulary_size, registry, problems);
  if (config.rng == Rng::kLlamaCpp) CheckLlamaCpp(config, registry, problems);
  if (problems.size() > kMostProblems) {
    problems.resize(kMostProblems);
    problems.push_back({"", kMoreProblems});
  }
  return problems;
}

StageGroup GroupOf(const StageConfig& stage, const StageRegistry& registry) {
  const StageType* const type = registry.Find(stage.type);
  return type == nullptr ? StageGroup::kEdit : type->group;
}

StageFacts FactsOf(const StageConfig& stage, const StageRegistry& registry) {
  const StageType* const type = registry.Find(stage.type);
  if (type == nullptr || type->facts == nullptr) return {};
  std::vector<Problem> problems;
  CheckStage(stage, "", std::nullopt, /*last=*/true, registry, problems);
  if (!problems.empty()) return {};
  const Parameters parameters(type->parameters, stage.parameters);
  StageFacts facts = type->facts(parameters);
  if (!parameters.misuse().empty()) return {};
  return stage.when.has_value() ? FactsOfSome(std::move(facts))
                                : std::move(facts);
}

const StageRegistry& BuiltInStages() { return StageRegistry::BuiltIn(); }

}  // namespace sampler
