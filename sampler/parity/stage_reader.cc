#include "sampler/parity/stage_reader.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "absl/strings/str_cat.h"

namespace sampler::parity {
namespace {

double AsReal(const Value& value) {
  return value.integer() != nullptr ? static_cast<double>(*value.integer())
                                    : *value.real();
}

std::vector<TokenId> AsTokenIds(const Value& value) {
  std::vector<TokenId> ids;
  for (const Value& id : *value.list()) {
    ids.push_back(static_cast<TokenId>(*id.integer()));
  }
  return ids;
}

}  // namespace

Value StageReader::Get(absl::string_view name) const {
  const auto given = stage_.parameters.find(std::string(name));
  if (given != stage_.parameters.end()) return given->second;
  for (const Parameter& line : type_.parameters) {
    if (line.name() != name) continue;
    if (line.default_value().has_value()) return *line.default_value();
    switch (line.kind()) {
      case ParameterKind::kChoice:
        return std::string(line.choices().front());
      case ParameterKind::kTokenIds:
        return Value::List{};
      case ParameterKind::kBiases:
        return Value::Object{};
      default:
        return nullptr;
    }
  }
  return nullptr;
}

std::vector<std::pair<std::string, std::string>> StageReader::Unrepresentable()
    const {
  std::vector<std::pair<std::string, std::string>> found;
  const auto check = [&found](std::string pointer, const Value& value) {
    const double number = AsReal(value);
    const auto rounded = static_cast<float>(number);
    if (std::isfinite(rounded) && (rounded != 0.0F || number == 0.0)) return;
    found.emplace_back(
        std::move(pointer),
        absl::StrCat("got ", ToText(value), ", want ",
                     std::isfinite(rounded)
                         ? "0 or a number within float32's range (from 1.4e-45)"
                         : "a number within float32's range (to 3.4e38)"));
  };
  for (const Parameter& line : type_.parameters) {
    const Value value = Get(line.name());
    if (value.is_null()) continue;
    if (line.kind() == ParameterKind::kReal) {
      check(std::string(line.name()), value);
    } else if (line.kind() == ParameterKind::kBiases) {
      for (const auto& [id, bias] : *value.object()) {
        if (bias.boolean() != nullptr) continue;
        check(absl::StrCat(line.name(), "/", id), bias);
      }
    }
  }
  return found;
}

float StageReader::Float(absl::string_view name) const {
  return static_cast<float>(AsReal(Get(name)));
}

std::optional<float> StageReader::OptionalFloat(absl::string_view name) const {
  if (Get(name).is_null()) return std::nullopt;
  return Float(name);
}

std::int64_t StageReader::Integer(absl::string_view name) const {
  return *Get(name).integer();
}

std::optional<std::int64_t> StageReader::OptionalInteger(
    absl::string_view name) const {
  if (Get(name).is_null()) return std::nullopt;
  return Integer(name);
}

std::vector<std::pair<TokenId, float>> StageReader::Biases(
    absl::string_view name) const {
  std::vector<std::pair<TokenId, float>> biases;
  const Value given = Get(name);
  for (const auto& [id, bias] : *given.object()) {
    const float added = bias.boolean() != nullptr
                            ? -std::numeric_limits<float>::infinity()
                            : static_cast<float>(AsReal(bias));
    biases.emplace_back(std::stoi(id), added);
  }
  std::sort(biases.begin(), biases.end());
  return biases;
}

std::vector<TokenId> StageReader::TokenIds(absl::string_view name) const {
  return AsTokenIds(Get(name));
}

std::vector<std::vector<TokenId>> StageReader::TokenSequences(
    absl::string_view name) const {
  std::vector<std::vector<TokenId>> sequences;
  const Value given = Get(name);
  if (given.list() == nullptr) return sequences;
  for (const Value& sequence : *given.list()) {
    sequences.push_back(AsTokenIds(sequence));
  }
  std::sort(sequences.begin(), sequences.end());
  return sequences;
}

}  // namespace sampler::parity
