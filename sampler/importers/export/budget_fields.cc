#include "sampler/importers/export/budget_fields.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"
#include "sampler/importers/export/text_of.h"

namespace sampler::importers {
namespace {

const Value& MemberOf(const Value::Object& object, absl::string_view name) {
  static const Value& null = *new Value();
  const auto at = object.find(std::string(name));
  return at == object.end() ? null : at->second;
}

// A list of sequences; none if it is something else.
Value::List Sequences(const Value& value) {
  return value.list() == nullptr ? Value::List{} : *value.list();
}

// `close` without the sequence that ends the phase, or nothing if it does not
// end in that.
std::optional<Value::List> Said(const Value::List& close,
                                const Value::List& end) {
  if (close.size() < end.size() ||
      !std::equal(end.rbegin(), end.rend(), close.rbegin())) {
    return std::nullopt;
  }
  return Value::List(close.begin(),
                     close.end() - static_cast<std::ptrdiff_t>(end.size()));
}

}  // namespace

Value::Object BudgetAsFields(const BudgetFields& names,
                             const PipelineConfig& config,
                             const StageConfig& stage,
                             const TokenTexts& texts) {
  const Value& tokens = MemberOf(stage.parameters, "tokens");
  const Value& phase = MemberOf(stage.parameters, "phase");
  const Value& close = MemberOf(stage.parameters, "close");
  if (tokens.integer() == nullptr || phase.text() == nullptr ||
      close.list() == nullptr) {
    return {};
  }
  const auto rules = config.phases.find(*phase.text());
  if (rules == config.phases.end()) return {};
  const Value::List begins = Sequences(MemberOf(rules->second, "begin"));
  const Value::List ends = Sequences(MemberOf(rules->second, "end"));
  if (begins.size() != 1 || ends.empty() || begins[0].list() == nullptr ||
      ends[0].list() == nullptr) {
    return {};
  }
  const std::optional<Value::List> said = Said(*close.list(), *ends[0].list());
  if (!said.has_value()) return {};
  Value::Object fields = {{std::string(names.tokens), tokens}};
  const auto set = [&](absl::string_view name, Value value) {
    if (!name.empty()) fields[std::string(name)] = std::move(value);
  };
  set(names.begin, TextOf(begins[0], texts));
  Value::List tags;
  for (const Value& end : ends) {
    tags.emplace_back(TextOf(end, texts));
  }
  set(names.end, std::move(tags));
  if (!said->empty()) set(names.message, TextOf(Value(*said), texts));
  return fields;
}

}  // namespace sampler::importers
