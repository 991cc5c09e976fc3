#include "sampler/parameters/parameter.h"

#include <algorithm>
#include <limits>

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
Parameter OneSequence(absl::string_view name, absl::string_view meaning) {
  return {ParameterKind::kTokenSequence, name, meaning};
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
Parameter Name(absl::string_view name, absl::string_view meaning) {
  return {ParameterKind::kName, name, meaning};
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
    case ParameterKind::kTokenSequence:
      return absl::StrCat("a non-empty list of token ids", or_null);
    case ParameterKind::kName:
      return absl::StrCat("a name", or_null);
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

}  // namespace sampler
