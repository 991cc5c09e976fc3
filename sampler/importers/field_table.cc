#include "sampler/importers/field_table.h"

#include <cmath>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace sampler::importers {
namespace {

absl::string_view KindText(FieldKind kind) {
  switch (kind) {
    case FieldKind::kReal:
      return "a number";
    case FieldKind::kInteger:
      return "an integer";
    case FieldKind::kBoolean:
      return "true or false";
    case FieldKind::kText:
      return "text";
    case FieldKind::kList:
      return "a list";
    case FieldKind::kMap:
      return "an object";
    case FieldKind::kAny:
      break;
  }
  return "anything";
}

bool IsOfKind(FieldKind kind, const Value& value) {
  switch (kind) {
    case FieldKind::kReal:
      return value.real() != nullptr || value.integer() != nullptr;
    case FieldKind::kInteger:
      return value.integer() != nullptr;
    case FieldKind::kBoolean:
      return value.boolean() != nullptr;
    case FieldKind::kText:
      return value.text() != nullptr;
    case FieldKind::kList:
      return value.list() != nullptr;
    case FieldKind::kMap:
      return value.object() != nullptr;
    case FieldKind::kAny:
      break;
  }
  return true;
}

bool Matches(absl::string_view known, absl::string_view name) {
  if (absl::EndsWith(known, "*")) {
    return absl::StartsWith(name, known.substr(0, known.size() - 1));
  }
  return known == name;
}

}  // namespace

Range Between(double low, double high) { return {.low = low, .high = high}; }
Range AtLeast(double low) { return {.low = low}; }
Range AtMost(double high) { return {.high = high}; }
Range Above(double low) { return {.low = low, .low_open = true}; }

Range Range::Clamped() const {
  Range range = *this;
  range.clamped = true;
  return range;
}

bool Range::Contains(double x) const {
  return std::isfinite(x) && (low_open ? x > low : x >= low) &&
         (high_open ? x < high : x <= high);
}

std::string Range::Text() const {
  if (std::isinf(low) && std::isinf(high)) return "";
  if (std::isinf(high)) return absl::StrCat(low_open ? "> " : ">= ", low);
  if (std::isinf(low)) return absl::StrCat(high_open ? "< " : "<= ", high);
  return absl::StrCat("in ", low_open ? "(" : "[", low, ", ", high,
                      high_open ? ")" : "]");
}

FieldTable Idle(absl::string_view why,
                std::initializer_list<absl::string_view> names) {
  FieldTable table;
  for (const absl::string_view name : names) {
    table.push_back(
        {.name = name, .kind = FieldKind::kAny, .meaning = why, .idle = true});
  }
  return table;
}

FieldTable Join(std::initializer_list<FieldTable> tables) {
  FieldTable joined;
  for (const FieldTable& table : tables) {
    joined.insert(joined.end(), table.begin(), table.end());
  }
  return joined;
}

const Field* FindField(const FieldTable& table, absl::string_view name) {
  for (const Field& field : table) {
    if (Matches(field.name, name)) return &field;
    for (const absl::string_view alias : field.aliases) {
      if (Matches(alias, name)) return &field;
    }
  }
  return nullptr;
}

std::vector<absl::string_view> FieldNames(const FieldTable& table, bool flags) {
  std::vector<absl::string_view> names;
  const auto add = [&](absl::string_view name) {
    if (IsFlag(name) == flags && !absl::EndsWith(name, "*")) {
      names.push_back(name);
    }
  };
  for (const Field& field : table) {
    add(field.name);
    for (const absl::string_view alias : field.aliases) add(alias);
  }
  return names;
}

bool IsFlag(absl::string_view name) { return absl::StartsWith(name, "-"); }

std::string WantedInstead(const Field& field, const Value& value) {
  const double number = value.integer() != nullptr
                            ? static_cast<double>(*value.integer())
                        : value.real() != nullptr ? *value.real()
                                                  : 0.0;
  const bool is_number = value.integer() != nullptr || value.real() != nullptr;
  if (IsOfKind(field.kind, value) &&
      (!is_number || field.kind == FieldKind::kAny ||
       (field.range.clamped ? std::isfinite(number)
                            : field.range.Contains(number)))) {
    return "";
  }
  const std::string range = field.range.clamped ? "" : field.range.Text();
  return absl::StrCat(KindText(field.kind), range.empty() ? "" : " ", range);
}

}  // namespace sampler::importers
