// Config -> JSON and one-line text, written from the parameter tables.

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "sampler/chain/condition.h"
#include "sampler/config.h"
#include "sampler/config/printed.h"
#include "sampler/parameters/secret.h"
#include "sampler/parameters/value_json.h"
#include "sampler/stages/registry.h"

namespace sampler {
namespace {

// The given parameters of a stage in the order of its table, strangers last.
std::vector<std::pair<std::string, Value>> InTableOrder(
    const StageConfig& stage, const StageRegistry& registry) {
  std::vector<std::pair<std::string, Value>> ordered;
  Value::Object rest = stage.parameters;
  if (const StageType* type = registry.Find(stage.type)) {
    for (const Parameter& line : type->parameters) {
      auto node = rest.extract(std::string(line.name()));
      if (!node.empty()) ordered.emplace_back(node.key(), node.mapped());
    }
  }
  for (auto& [name, value] : rest) ordered.emplace_back(name, value);
  return ordered;
}

// With the text kHiddenSecret for every secret.
PipelineConfig WithoutSecrets(PipelineConfig config) {
  for (StageConfig& stage : config.stages) {
    for (auto& [name, value] : stage.parameters) {
      if (IsSecretName(name)) value = kHiddenSecret;
    }
  }
  return config;
}

}  // namespace

std::string ToJson(const PipelineConfig& config,
                   const StageRegistry& registry) {
  std::vector<std::string> members;
  const auto add = [&](absl::string_view key, absl::string_view value) {
    members.push_back(absl::StrCat("  \"", key, "\": ", value));
  };
  if (!config.schema.empty()) add("$schema", WriteJsonString(config.schema));
  add("version", "1");
  if (!config.description.empty()) {
    add("description", WriteJsonString(config.description));
  }
  if (config.seed.has_value()) add("seed", absl::StrCat(*config.seed));
  if (config.rng == Rng::kLlamaCpp) add("rng", R"("llama_cpp")");
  if (!config.phases.empty()) {
    const auto phase = [](std::string* out, const auto& named) {
      absl::StrAppend(out, WriteJsonString(named.first), ":",
                      WriteJson(named.second));
    };
    add("phases",
        absl::StrCat("{", absl::StrJoin(config.phases, ",", phase), "}"));
  }
  // A stage a line, as one writes it by hand.
  std::vector<std::string> stages;
  for (const StageConfig& stage : config.stages) {
    std::string line =
        absl::StrCat("    {\"type\": ", WriteJsonString(stage.type));
    for (const auto& [name, value] : InTableOrder(stage, registry)) {
      absl::StrAppend(&line, ", ", WriteJsonString(name), ": ",
                      WriteJson(value));
    }
    if (stage.when.has_value()) {
      absl::StrAppend(&line, ", \"when\": ", WriteJson(*stage.when));
    }
    stages.push_back(absl::StrCat(line, "}"));
  }
  members.push_back(
      absl::StrCat("  \"stages\": [\n", absl::StrJoin(stages, ",\n"), "\n  ]"));
  return absl::StrCat("{\n", absl::StrJoin(members, ",\n"), "\n}\n");
}

std::string ToPrintedJson(const PipelineConfig& config,
                          const StageRegistry& registry) {
  return ToJson(WithoutSecrets(config), registry);
}

std::string ChainText(const PipelineConfig& config,
                      const StageRegistry& registry) {
  return absl::StrJoin(
      WithoutSecrets(config).stages, " -> ",
      [&](std::string* out, const StageConfig& stage) {
        const StageType* type = registry.Find(stage.type);
        const absl::string_view main =
            type == nullptr || type->parameters.empty()
                ? ""
                : type->parameters.front().name();
        std::vector<std::string> arguments;
        for (const auto& [name, value] : InTableOrder(stage, registry)) {
          arguments.push_back(name == main
                                  ? ToText(value)
                                  : absl::StrCat(name, "=", ToText(value)));
        }
        absl::StrAppend(out, stage.type);
        if (!arguments.empty()) {
          absl::StrAppend(out, "(", absl::StrJoin(arguments, ", "), ")");
        }
        if (stage.when.has_value()) {
          absl::StrAppend(out, " if ", ConditionText(*stage.when));
        }
      });
}

}  // namespace sampler
