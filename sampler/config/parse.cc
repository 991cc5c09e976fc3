// JSON text -> PipelineConfig, with the place of everything that is wrong.

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "sampler/arithmetic/float_environment.h"
#include "sampler/config.h"
#include "sampler/config/spelt_texts.h"
#include "sampler/parameters/json_document.h"
#include "sampler/parameters/problems.h"
#include "sampler/parameters/spelling.h"
#include "sampler/parameters/value.h"
#include "sampler/stages/registry.h"

namespace sampler {
namespace {

constexpr int kVersion = 1;
constexpr absl::string_view kTopLevelKeys[] = {
    "$schema", "version", "description", "seed", "rng", "phases", "stages"};

// Turns a document into a config, noting what a PipelineConfig cannot hold.
class Importer {
 public:
  // `spell` may be empty: texts are then no tokens.
  Importer(const JsonDocument& document, const SpellText& spell,
           const StageRegistry& registry)
      : document_(document), spell_(spell), registry_(registry) {}

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
    AddProblem({pointer, std::move(message)}, problems);
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
    } else if (key == "phases") {
      ReadPhases(pointer, value);
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
    const std::uint64_t big = document_.place.members.at("seed").big;
    if (big != 0) {
      config_.seed = big;
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

  void ReadPhases(const std::string& pointer, const Value& value) {
    if (value.object() == nullptr) {
      ReportValue(pointer, value, "an object {\"name\": {...}} of phases");
      return;
    }
    for (const auto& [name, phase] : *value.object()) {
      if (phase.object() == nullptr) {
        ReportValue(absl::StrCat(pointer, "/", EscapePointer(name)), phase,
                    "an object {\"begin\": [[token ids]], \"end\": ...}");
      }
      // A phase that is not right is there all the same for those who name it.
      Value::Object& read = config_.phases[name];
      if (phase.object() == nullptr) continue;
      read = *phase.object();
      for (const char* const key : {"begin", "end"}) {
        const auto sequences = read.find(key);
        if (sequences == read.end()) continue;
        SpellEach(absl::StrCat(pointer, "/", EscapePointer(name), "/", key),
                  sequences->second);
      }
    }
  }

  // Texts of a list become lists of tokens.
  void SpellEach(const std::string& pointer, Value& sequences) {
    if (sequences.list() == nullptr) return;
    Value::List spelt = *sequences.list();
    for (std::size_t i = 0; i < spelt.size(); ++i) {
      Spell(absl::StrCat(pointer, "/", i), spelt[i]);
    }
    sequences = std::move(spelt);
  }

  // A text becomes a list of tokens.
  void Spell(const std::string& pointer, Value& value) {
    if (!spell_ || value.text() == nullptr) return;
    const auto tokens = spell_(pointer, *value.text());
    if (!tokens.ok()) {
      return ReportValue(pointer, value, tokens.status().message());
    }
    value = Value::List(tokens->begin(), tokens->end());
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
        TakeWhen(stage);
        SpellParameters(at, stage);
      }
    }
  }

  // The condition, unless "when" is a parameter of the stage's own: that is no
  // object.
  void TakeWhen(StageConfig& stage) {
    const auto when = stage.parameters.find("when");
    if (when == stage.parameters.end()) return;
    const StageType* const type = registry_.Find(stage.type);
    const bool own =
        type != nullptr &&
        std::any_of(
            type->parameters.begin(), type->parameters.end(),
            [](const Parameter& line) { return line.name() == "when"; });
    if (own && when->second.object() == nullptr) return;
    stage.when = std::move(when->second);
    stage.parameters.erase(when);
  }

  // Parameters that are one sequence of tokens.
  void SpellParameters(const std::string& pointer, StageConfig& stage) {
    const StageType* const type = registry_.Find(stage.type);
    if (type == nullptr) return;
    for (const Parameter& line : type->parameters) {
      const auto given = stage.parameters.find(std::string(line.name()));
      if (line.kind() != ParameterKind::kTokenSequence ||
          given == stage.parameters.end()) {
        continue;
      }
      Spell(absl::StrCat(pointer, "/", line.name()), given->second);
    }
  }

  const JsonDocument& document_;
  const SpellText& spell_;
  const StageRegistry& registry_;
  PipelineConfig config_;
};

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

absl::StatusOr<PipelineConfig> ParseConfig(
    StringView json, std::optional<std::int64_t> vocabulary_size,
    std::vector<JsonProblem>* problems, const StageRegistry& registry) {
  return ParseConfigOfTexts(json, nullptr, vocabulary_size, problems, registry);
}

absl::StatusOr<PipelineConfig> ParseConfigOfTexts(
    StringView json, const SpellText& spell,
    std::optional<std::int64_t> vocabulary_size,
    std::vector<JsonProblem>* problems, const StageRegistry& registry) {
  const DefaultFloatEnvironment environment;
  std::vector<JsonProblem> found;
  PipelineConfig config;
  bool cut = false;
  const std::optional<JsonDocument> document = ReadJson(json, found);
  if (document.has_value()) {
    Importer importer(*document, spell, registry);
    config = importer.Run();
    std::set<std::string> unreadable;
    for (const Problem& problem : importer.problems) {
      unreadable.insert(problem.pointer);
    }
    // Stages that could be read are checked even if something else is wrong.
    std::vector<Problem> wrong = CheckConfig(config, vocabulary_size, registry);
    cut = wrong.size() > kMostProblems;
    if (cut) wrong.pop_back();  // kMoreProblems.
    for (Problem& problem : wrong) {
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
  if (cut || found.size() > kMostProblems) {
    found.resize(std::min(found.size(), kMostProblems));
    found.push_back(
        {found.back().line, found.back().column, {"", kMoreProblems}});
  }
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
