// The JSON Schema of configs, written from the parameter tables.

#include <limits>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"
#include "sampler/config.h"
#include "sampler/config/phases.h"
#include "sampler/parameters/value_json.h"
#include "sampler/stages/registry.h"

namespace sampler {
namespace {

using Json = nlohmann::ordered_json;

Json ParameterSchema(const Parameter& line);

Json TableSchema(const ParameterTable& table, Json properties, Json required) {
  for (const Parameter& line : table) {
    properties[std::string(line.name())] = ParameterSchema(line);
    if (line.required()) required.push_back(line.name());
  }
  Json schema = {{"type", "object"},
                 {"additionalProperties", false},
                 {"properties", std::move(properties)}};
  if (!required.empty()) schema["required"] = std::move(required);
  return schema;
}

Json NumberSchema(const Parameter& line, const char* type) {
  Json schema = {{"type", type}};
  if (line.minimum() > -std::numeric_limits<double>::infinity()) {
    schema[line.minimum_excluded() ? "exclusiveMinimum" : "minimum"] =
        line.minimum();
  }
  if (line.maximum() < std::numeric_limits<double>::infinity()) {
    schema[line.maximum_excluded() ? "exclusiveMaximum" : "maximum"] =
        line.maximum();
  }
  return schema;
}

Json TokenIdSchema() { return {{"type", "integer"}, {"minimum", 0}}; }

Json ListSchema(Json items, bool non_empty) {
  Json schema = {{"type", "array"}, {"items", std::move(items)}};
  if (non_empty) schema["minItems"] = 1;
  return schema;
}

// Tokens, or a text that the tool spells in tokens (spelt_texts.h).
Json SequenceOrTextSchema() {
  return {{"anyOf", Json::array({ListSchema(TokenIdSchema(), true),
                                 {{"type", "string"}, {"minLength", 1}}})}};
}

// [first, second]
Json PairSchema(Json first, Json second) {
  return {{"type", "array"},
          {"prefixItems", Json::array({std::move(first), std::move(second)})},
          {"items", false},
          {"minItems", 2}};
}

Json DistinctTokenIdsSchema(bool non_empty) {
  Json schema = ListSchema(TokenIdSchema(), non_empty);
  schema["uniqueItems"] = true;
  return schema;
}

Json BiasSchema() {
  return {{"anyOf", {{{"type", "number"}}, {{"const", false}}}}};
}

Json KindSchema(const Parameter& line) {
  switch (line.kind()) {
    case ParameterKind::kReal:
      return NumberSchema(line, "number");
    case ParameterKind::kInteger:
      return NumberSchema(line, "integer");
    case ParameterKind::kBoolean:
      return {{"type", "boolean"}};
    case ParameterKind::kChoice:
      return {{"enum", line.choices()}};
    case ParameterKind::kIntegers:
      return ListSchema(NumberSchema(line, "integer"), line.non_empty());
    case ParameterKind::kTokenIds:
      return DistinctTokenIdsSchema(line.non_empty());
    case ParameterKind::kBiases: {
      Json schema = {{"type", "object"},
                     {"propertyNames", {{"pattern", "^(0|[1-9][0-9]*)$"}}},
                     {"additionalProperties", BiasSchema()}};
      if (line.non_empty()) schema["minProperties"] = 1;
      return schema;
    }
    case ParameterKind::kTokenSequences:
      return ListSchema(ListSchema(TokenIdSchema(), true), line.non_empty());
    case ParameterKind::kTokenSequence:
      return SequenceOrTextSchema();
    case ParameterKind::kName:
      return {{"type", "string"}, {"minLength", 1}};
    case ParameterKind::kSequenceBiases:
      return ListSchema(
          PairSchema(ListSchema(TokenIdSchema(), true), BiasSchema()),
          line.non_empty());
    case ParameterKind::kPositionedTokens: {
      const Json one_or_more = {
          {"anyOf",
           Json::array({TokenIdSchema(), DistinctTokenIdsSchema(true)})}};
      return ListSchema(PairSchema(TokenIdSchema(), one_or_more),
                        line.non_empty());
    }
    case ParameterKind::kObject:
      break;
  }
  return TableSchema(line.fields(), Json::object(), Json::array());
}

Json ParameterSchema(const Parameter& line) {
  Json schema = KindSchema(line);
  if (line.nullable()) {
    schema = {{"anyOf", Json::array({std::move(schema), {{"type", "null"}}})}};
  }
  schema["description"] = line.meaning();
  if (line.default_value().has_value()) {
    schema["default"] = ValueToJson(*line.default_value());
  }
  return schema;
}

// "when" of a stage (chain/condition.h).
Json ConditionSchema() {
  const Json condition = {{"$ref", "#/$defs/condition"}};
  const Json range = PairSchema(  // [a, b]; b may be null.
      TokenIdSchema(),
      {{"type", Json::array({"integer", "null"})}, {"minimum", 1}});
  return {{"type", "object"},
          {"minProperties", 1},
          {"additionalProperties", false},
          {"properties",
           {{"phase", {{"type", "string"}}},
            {"position", range},
            {"phase_position", range},
            {"not", condition},
            {"all", ListSchema(condition, true)},
            {"any", ListSchema(condition, true)}}}};
}

// A stage with a parameter of that name takes either.
void AddWhen(Json& properties) {
  Json condition = {{"$ref", "#/$defs/condition"},
                    {"description", "The condition under which it runs."}};
  if (properties.contains("when")) {
    condition = {{"anyOf", Json::array({properties["when"], condition})}};
  }
  properties["when"] = std::move(condition);
}

// A phase, whose sequences may be texts.
Json PhaseSchema() {
  Json schema = TableSchema(PhaseTable(), Json::object(), Json::array());
  for (const char* const key : {"begin", "end"}) {
    schema["properties"][key]["items"] = SequenceOrTextSchema();
  }
  return schema;
}

}  // namespace

std::string ConfigSchema(const StageRegistry& registry) {
  Json stages = Json::array();
  for (const StageType& type : registry.types()) {
    Json schema = TableSchema(type.parameters,
                              {{"type", {{"const", type.name}}}}, {"type"});
    if (type.group != StageGroup::kDraw) AddWhen(schema["properties"]);
    schema["description"] =
        absl::StrCat(type.summary, " (", StageGroupName(type.group), ")");
    stages.push_back(std::move(schema));
  }
  const Json properties = {
      {"$schema", {{"type", "string"}}},
      {"version", {{"const", 1}}},
      {"description",
       {{"type", "string"}, {"description", "One line of purpose."}}},
      {"seed",
       {{"type", "integer"},
        {"minimum", 0},
        {"maximum", 18446744073709551615u},
        {"description", "Default seed; a sequence may use another."}}},
      {"rng", {{"enum", {"house", "llama_cpp"}}, {"default", "house"}}},
      {"phases",
       {{"type", "object"},
        {"description", "Stretches of the text, by name."},
        {"additionalProperties", PhaseSchema()}}},
      {"stages",
       {{"type", "array"},
        {"minItems", 1},
        {"description", "In the order of execution; a draw comes last."},
        {"items", {{"oneOf", std::move(stages)}}}}}};
  const Json schema = {
      {"$schema", "https://json-schema.org/draft/2020-12/schema"},
      {"title", "Token sampler pipeline, format version 1"},
      {"type", "object"},
      {"additionalProperties", false},
      {"required", {"version", "stages"}},
      {"properties", properties},
      {"$defs", {{"condition", ConditionSchema()}}}};
  return absl::StrCat(schema.dump(2), "\n");
}

}  // namespace sampler
