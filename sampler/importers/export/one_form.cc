#include "sampler/importers/export/one_form.h"

#include <string>

#include "sampler/parameters/parameter.h"
#include "sampler/stages/registry.h"

namespace sampler::importers {

StageConfig Complete(const StageConfig& stage) {
  StageConfig complete = stage;
  const StageType* type = BuiltInStages().Find(stage.type);
  if (type == nullptr) return complete;
  for (const Parameter& parameter : type->parameters) {
    const std::string name(parameter.name());
    Value& value = complete.parameters[name];
    if (value.is_null() && parameter.default_value().has_value()) {
      value = *parameter.default_value();
    }
    if (value.is_null() && parameter.kind() == ParameterKind::kChoice) {
      value = std::string(parameter.choices().front());
    }
    if (value.is_null()) complete.parameters.erase(name);
  }
  return complete;
}

StageConfig Comparable(const StageConfig& stage) {
  StageConfig comparable = Complete(stage);
  for (auto& [name, value] : comparable.parameters) {
    if (value.integer() != nullptr) {
      value = static_cast<double>(*value.integer());
    }
  }
  return comparable;
}

}  // namespace sampler::importers
