#include "sampler/config.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "sampler/json_document.h"
#include "sampler/parity/llama_cpp.h"
#include "sampler/spelling.h"

namespace sampler {
namespace {

constexpr int kVersion = 1;
constexpr absl::string_view kTopLevelKeys[] = {
    "$schema", "version", "description", "seed", "rng", "stages"};

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
    problems.push_back({absl::StrCat(pointer, "/type"),
                        UnknownName("stage", stage.type, registry.names())});
    return;
  }
  const std::size_t before = problems.size();
  CheckParameters(type->parameters, stage.parameters, pointer, vocabulary_size,
                  problems);
  if (problems.size() == before && type->check != nullptr) {
    const Parameters parameters(type->parameters, stage.parameters);
    std::string wrong = type->check(parameters);
    if (!parameters.misuse().empty()) wrong = Misuse(*type, parameters);
    if (!wrong.empty()) problems.push_back({pointer, std::move(wrong)});
  }
  if (type->group == StageGroup::kDraw && !last) {
    problems.push_back(
        {pointer, absl::StrCat("\"", stage.type,
                               "\" is a draw, want it as the last stage")});
  }
}

// Turns a document into a config, noting what a PipelineConfig cannot hold.
class Importer {
 public:
  explicit Importer(const JsonDocument& document) : document_(document) {}

  PipelineConfig Run() {
    const Value::Object* root = document_.root.object();
    if (root == nullptr) {
      Report("", absl::StrCat("got ", ToText(document_.root),
                              ", want an object with \"version\" and "
                              "\"stages\""));
      return std::move(config_);
    }
    for (const auto& [key, value] : *root) ReadKey(key, value);
    if (root->count("version") == 0) {
      Report("/version", absl::StrCat("missing, want ", kVersion));
    }
    if (root->count("stages") == 0) {
      Report("/stages", "missing, want a list of stages");
    }
    return std::move(config_);
  }

  std::vector<Problem> problems;

 private:
  void Report(const std::string& pointer, std::string message) {
    problems.push_back({pointer, std::move(message)});
  }

  void ReportValue(const std::string& pointer, const Value& value,
                   absl::string_view want) {
    Report(pointer, absl::StrCat("got ", ToText(value), ", want ", want));
  }

  void ReadKey(const std::string& key, const Value& value) {
    const std::string pointer = absl::StrCat("/", EscapePointer(key));
    if (key == "version") {
      if (value.integer() == nullptr || *value.integer() != kVersion) {
        ReportValue(pointer, value, absl::StrCat(kVersion));
      }
    } else if (key == "$schema") {
      ReadText(pointer, value, config_.schema);
    } else if (key == "description") {
      ReadText(pointer, value, config_.description);
    } else if (key == "seed") {
      ReadSeed(pointer, value);
    } else if (key == "rng") {
      ReadRng(pointer, value);
    } else if (key == "stages") {
      ReadStages(pointer, value);
    } else {
      Report(pointer, UnknownName("key", key, kTopLevelKeys));
    }
  }

  void ReadText(const std::string& pointer, const Value& value,
                std::string& out) {
    if (value.text() == nullptr) {
      ReportValue(pointer, value, "text");
    } else {
      out = *value.text();
    }
  }

  void ReadSeed(const std::string& pointer, const Value& value) {
    const auto big = document_.big_integers.find(pointer);
    if (big != document_.big_integers.end()) {
      config_.seed = big->second;
    } else if (value.integer() != nullptr && *value.integer() >= 0) {
      config_.seed = static_cast<std::uint64_t>(*value.integer());
    } else {
      ReportValue(pointer, value, "an integer in [0, 2^64)");
    }
  }

  void ReadRng(const std::string& pointer, const Value& value) {
    if (value.text() != nullptr && *value.text() == "house") {
      config_.rng = Rng::kHouse;
    } else if (value.text() != nullptr && *value.text() == "llama_cpp") {
      config_.rng = Rng::kLlamaCpp;
    } else {
      ReportValue(pointer, value, "\"house\" or \"llama_cpp\"");
    }
  }

  void ReadStages(const std::string& pointer, const Value& value) {
    if (value.list() == nullptr) {
      ReportValue(pointer, value, "a list of stages");
      return;
    }
    for (const Value& item : *value.list()) {
      const std::string at = absl::StrCat(pointer, "/", config_.stages.size());
      StageConfig& stage = config_.stages.emplace_back();
      const Value::Object* object = item.object();
      const auto type = object == nullptr ? Value::Object::const_iterator()
                                          : object->find("type");
      if (object == nullptr) {
        ReportValue(at, item, "an object {\"type\": ..., parameters...}");
      } else if (type == object->end()) {
        Report(absl::StrCat(at, "/type"), "missing, want the name of a stage");
      } else if (type->second.text() == nullptr) {
        ReportValue(absl::StrCat(at, "/type"), type->second,
                    "the name of a stage");
      } else {
        stage.type = *type->second.text();
        stage.parameters = *object;
        stage.parameters.erase("type");
      }
    }
  }

  const JsonDocument& document_;
  PipelineConfig config_;
};

void CheckLlamaCpp(const PipelineConfig& config, const StageRegistry& registry,
                   std::vector<Problem>& problems) {
  if (config.seed.has_value() && *config.seed >= parity::kRandomSeed) {
    problems.push_back(
        {"/seed",
         absl::StrCat("got ", *config.seed, ", want an integer in [0, ",
                      parity::kRandomSeed, ") with \"rng\": \"llama_cpp\"")});
  }
  for (Problem& problem :
       parity::LlamaCppChain::Check(config.stages, registry)) {
    problems.push_back(std::move(problem));
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
      problems.push_back(
          {absl::StrCat("/stages/", i),
           absl::StrCat("\"", type->name,
                        "\" must stand directly before the draw, got \"",
                        next->name, "\" after it")});
    }
  }
}

// Is `pointer` at, or below, a place that could not be read in the first place?
bool IsConsequence(std::string pointer,
                   const std::set<std::string>& unreadable) {
  while (unreadable.count(pointer) == 0) {
    if (pointer.empty()) return false;
    pointer.resize(pointer.rfind('/'));
  }
  return true;
}

}  // namespace

std::vector<Problem> CheckConfig(const PipelineConfig& config,
                                 std::optional<std::int64_t> vocabulary_size,
                                 const StageRegistry& registry) {
  std::vector<Problem> problems;
  for (std::size_t i = 0; i < config.stages.size(); ++i) {
    CheckStage(config.stages[i], absl::StrCat("/stages/", i), vocabulary_size,
               /*last=*/i + 1 == config.stages.size(), registry, problems);
  }
  CheckNeighbours(config.stages, registry, problems);
  const StageType* last = config.stages.empty()
                              ? nullptr
                              : registry.Find(config.stages.back().type);
  if (config.stages.empty() ||
      (last != nullptr && last->group != StageGroup::kDraw)) {
    std::vector<absl::string_view> draws;
    for (const StageType& type : registry.types()) {
      if (type.group == StageGroup::kDraw) draws.push_back(type.name);
    }
    // The first two stand for all: there are many.
    const bool more = draws.size() > 2;
    if (more) draws.resize(2);
    problems.push_back(
        {"/stages",
         absl::StrCat("no draw at the end, want \"",
                      absl::StrJoin(draws, more ? "\", \"" : "\" or \""),
                      more ? "\" or another draw" : "\"",
                      " as the last stage")});
  }
  if (config.rng == Rng::kLlamaCpp) CheckLlamaCpp(config, registry, problems);
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
  return parameters.misuse().empty() ? std::move(facts) : StageFacts{};
}

absl::StatusOr<PipelineConfig> ParseConfig(
    absl::string_view json, std::optional<std::int64_t> vocabulary_size,
    std::vector<JsonProblem>* problems, const StageRegistry& registry) {
  std::vector<JsonProblem> found;
  PipelineConfig config;
  const std::optional<JsonDocument> document = ReadJson(json, found);
  if (document.has_value()) {
    Importer importer(*document);
    config = importer.Run();
    std::set<std::string> unreadable;
    for (const Problem& problem : importer.problems) {
      unreadable.insert(problem.pointer);
    }
    // Stages that could be read are checked even if something else is wrong.
    for (Problem& problem : CheckConfig(config, vocabulary_size, registry)) {
      if (!IsConsequence(problem.pointer, unreadable)) {
        found.push_back(At(*document, std::move(problem)));
      }
    }
    for (Problem& problem : importer.problems) {
      found.push_back(At(*document, std::move(problem)));
    }
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const JsonProblem& a, const JsonProblem& b) {
                     return std::pair(a.line, a.column) <
                            std::pair(b.line, b.column);
                   });
  if (problems != nullptr) *problems = found;
  if (found.empty()) return config;
  return absl::InvalidArgumentError(
      absl::StrJoin(found, "\n", [](std::string* out, const JsonProblem& p) {
        absl::StrAppend(
            out, p.line, ":", p.column, ": ", Printable(p.problem.pointer),
            p.problem.pointer.empty() ? "" : ": ", p.problem.message);
      }));
}

}  // namespace sampler
