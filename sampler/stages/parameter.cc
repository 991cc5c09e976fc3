#include "sampler/stages/parameter.h"

#include <algorithm>
#include <limits>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace sampler {

Parameter Parameter::Within(double minimum, double maximum) && {
  minimum_ = minimum;
  maximum_ = maximum;
  return std::move(*this);
}

Parameter Parameter::AtLeast(double minimum) && {
  minimum_ = minimum;
  return std::move(*this);
}

Parameter Parameter::AtMost(double maximum) && {
  maximum_ = maximum;
  return std::move(*this);
}

Parameter Parameter::Above(double minimum) && {
  minimum_ = minimum;
  minimum_excluded_ = true;
  return std::move(*this);
}

Parameter Parameter::Below(double maximum) && {
  maximum_ = maximum;
  maximum_excluded_ = true;
  return std::move(*this);
}

Parameter Parameter::Default(Value value) && {
  default_ = std::move(value);
  return std::move(*this);
}

Parameter Parameter::Required() && {
  required_ = true;
  return std::move(*this);
}

Parameter Parameter::Nullable() && {
  nullable_ = true;
  default_ = Value();
  return std::move(*this);
}

Parameter Parameter::NonEmpty() && {
  non_empty_ = true;
  return std::move(*this);
}

Parameter Parameter::Choices(std::vector<absl::string_view> words) && {
  default_ = Value(std::string(words.front()));
  choices_ = std::move(words);
  return std::move(*this);
}

Parameter Parameter::Fields(std::vector<Parameter> fields) && {
  fields_ = std::move(fields);
  return std::move(*this);
}

Parameter Real(absl::string_view name, absl::string_view meaning) {
  return {ParameterKind::kReal, name, meaning};
}
Parameter Integer(absl::string_view name, absl::string_view meaning) {
  return {ParameterKind::kInteger, name, meaning};
}
Parameter Boolean(absl::string_view name, absl::string_view meaning) {
  return {ParameterKind::kBoolean, name, meaning};
}
Parameter Choice(absl::string_view name, absl::string_view meaning) {
  return {ParameterKind::kChoice, name, meaning};
}
Parameter Integers(absl::string_view name, absl::string_view meaning) {
  return {ParameterKind::kIntegers, name, meaning};
}
Parameter TokenIds(absl::string_view name, absl::string_view meaning) {
  return {ParameterKind::kTokenIds, name, meaning};
}
Parameter Biases(absl::string_view name, absl::string_view meaning) {
  return {ParameterKind::kBiases, name, meaning};
}
Parameter TokenSequences(absl::string_view name, absl::string_view meaning) {
  return {ParameterKind::kTokenSequences, name, meaning};
}
Parameter SequenceBiases(absl::string_view name, absl::string_view meaning) {
  return {ParameterKind::kSequenceBiases, name, meaning};
}
Parameter PositionedTokens(absl::string_view name, absl::string_view meaning) {
  return {ParameterKind::kPositionedTokens, name, meaning};
}
Parameter Object(absl::string_view name, absl::string_view meaning) {
  return {ParameterKind::kObject, name, meaning};
}

std::string Parameter::Range() const {
  const bool bounded_below =
      minimum_ > -std::numeric_limits<double>::infinity();
  const bool bounded_above = maximum_ < std::numeric_limits<double>::infinity();
  if (bounded_below && bounded_above) {
    return absl::StrCat(" in ", minimum_excluded_ ? "(" : "[", minimum_, ", ",
                        maximum_, maximum_excluded_ ? ")" : "]");
  }
  if (bounded_below) {
    return absl::StrCat(minimum_excluded_ ? " > " : " >= ", minimum_);
  }
  return "";
}

std::string Parameter::AllowedItem() const {
  return absl::StrCat("an integer", Range());
}

std::string Parameter::Allowed() const {
  const std::string or_null = nullable_ ? ", or null" : "";
  const std::string non_empty = non_empty_ ? "non-empty " : "";
  switch (kind_) {
    case ParameterKind::kReal:
      return absl::StrCat("a finite number", Range(), or_null);
    case ParameterKind::kInteger:
      return absl::StrCat("an integer", Range(), or_null);
    case ParameterKind::kBoolean:
      return absl::StrCat("true or false", or_null);
    case ParameterKind::kChoice:
      return absl::StrCat("one of \"", absl::StrJoin(choices_, "\", \""), "\"",
                          or_null);
    case ParameterKind::kIntegers:
      return absl::StrCat("a ", non_empty, "list of integers", Range(),
                          or_null);
    case ParameterKind::kTokenIds:
      return absl::StrCat("a ", non_empty, "list of distinct token ids",
                          or_null);
    case ParameterKind::kBiases:
      return absl::StrCat(non_empty_ ? "a non-empty" : "an",
                          " object {\"token id\": number or false}", or_null);
    case ParameterKind::kTokenSequences:
      return absl::StrCat("a ", non_empty,
                          "list of non-empty lists of token ids", or_null);
    case ParameterKind::kSequenceBiases:
      return absl::StrCat("a ", non_empty,
                          "list of [[token ids], number or false]", or_null);
    case ParameterKind::kPositionedTokens:
      return absl::StrCat("a ", non_empty,
                          "list of [position, token id or list of them]",
                          or_null);
    case ParameterKind::kObject:
      break;
  }
  return absl::StrCat("an object", or_null);
}

namespace {

TokenSequence ToTokens(const Value::List& list) {
  TokenSequence ids;
  for (const Value& value : list) {
    ids.push_back(static_cast<std::int32_t>(*value.integer()));
  }
  return ids;
}

// A number, or false for -inf.
double ToBias(const Value& value) {
  if (value.real() != nullptr) return *value.real();
  if (value.integer() != nullptr) return static_cast<double>(*value.integer());
  return -std::numeric_limits<double>::infinity();
}

}  // namespace

// ---- Parameters -----------------------------------------------------------

Parameters::Parameters(const ParameterTable& table, Value::Object given)
    : table_(table), values_(std::move(given)) {
  for (const Parameter& line : table) {
    if (line.default_value().has_value()) {
      values_.emplace(std::string(line.name()), *line.default_value());
    }
  }
}

const Parameter& Parameters::Line(absl::string_view name) const {
  return *std::find_if(table_.begin(), table_.end(),
                       [&](const Parameter& p) { return p.name() == name; });
}

const Value& Parameters::Get(absl::string_view name) const {
  return values_.find(std::string(name))->second;
}

bool Parameters::Has(absl::string_view name) const {
  const auto at = values_.find(std::string(name));
  return at != values_.end() && !at->second.is_null();
}

double Parameters::Real(absl::string_view name) const {
  const Value& value = Get(name);
  return value.real() != nullptr ? *value.real()
                                 : static_cast<double>(*value.integer());
}

std::int64_t Parameters::Integer(absl::string_view name) const {
  return *Get(name).integer();
}

std::optional<std::int64_t> Parameters::OptionalInteger(
    absl::string_view name) const {
  if (!Has(name)) return std::nullopt;
  return Integer(name);
}

bool Parameters::Boolean(absl::string_view name) const {
  return *Get(name).boolean();
}

std::vector<std::int64_t> Parameters::Integers(absl::string_view name) const {
  std::vector<std::int64_t> integers;
  for (const Value& item : *Get(name).list()) {
    integers.push_back(*item.integer());
  }
  return integers;
}

int Parameters::ChoiceIndex(absl::string_view name) const {
  const std::vector<absl::string_view>& words = Line(name).choices();
  const auto at = std::find(words.begin(), words.end(), *Get(name).text());
  return static_cast<int>(at - words.begin());
}

std::vector<std::int32_t> Parameters::TokenIds(absl::string_view name) const {
  std::vector<std::int32_t> ids = ToTokens(*Get(name).list());
  std::sort(ids.begin(), ids.end());
  return ids;
}

std::map<std::int32_t, double> Parameters::Biases(
    absl::string_view name) const {
  std::map<std::int32_t, double> biases;
  for (const auto& [key, value] : *Get(name).object()) {
    std::int32_t id = 0;
    (void)absl::SimpleAtoi(key, &id);  // CheckParameters has parsed it before.
    biases.emplace(id, ToBias(value));
  }
  return biases;
}

std::vector<TokenSequence> Parameters::TokenSequences(
    absl::string_view name) const {
  std::vector<TokenSequence> sequences;
  for (const Value& item : *Get(name).list()) {
    sequences.push_back(ToTokens(*item.list()));
  }
  return sequences;
}

std::vector<SequenceBias> Parameters::SequenceBiases(
    absl::string_view name) const {
  std::vector<SequenceBias> biases;
  for (const Value& item : *Get(name).list()) {
    const Value::List& pair = *item.list();
    biases.push_back({ToTokens(*pair[0].list()), ToBias(pair[1])});
  }
  return biases;
}

std::map<std::int64_t, std::vector<std::int32_t>> Parameters::PositionedTokens(
    absl::string_view name) const {
  std::map<std::int64_t, std::vector<std::int32_t>> tokens;
  for (const Value& item : *Get(name).list()) {
    const Value::List& pair = *item.list();
    std::vector<std::int32_t>& ids = tokens[*pair[0].integer()];
    ids = ToTokens(pair[1].list() != nullptr ? *pair[1].list()
                                             : Value::List{pair[1]});
    std::sort(ids.begin(), ids.end());
  }
  return tokens;
}

Parameters Parameters::Object(absl::string_view name) const {
  return {Line(name).fields(), *Get(name).object()};
}

}  // namespace sampler
