#include "sampler/importers/field_table.h"

#include <cmath>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "sampler/parameters/json_document.h"

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

// A number written as text, or nothing.
std::optional<Value> NumberOf(const std::string& text) {
  std::int64_t integer = 0;
  if (absl::SimpleAtoi(text, &integer)) return Value(integer);
  double real = 0;
  if (absl::SimpleAtod(text, &real)) return Value(real);
  return std::nullopt;
}

// A list written as JSON text, or nothing.
std::optional<Value> ListOf(const std::string& text) {
  if (absl::StripLeadingAsciiWhitespace(text).substr(0, 1) != "[") {
    return std::nullopt;
  }
  std::vector<JsonProblem> problems;
  std::optional<JsonDocument> document = ReadJson(text, problems);
  if (!document.has_value() || !problems.empty()) return std::nullopt;
  return std::move(document->root);
}

// An integer where the runtime makes one of the number.
std::optional<Value> IntegerOf(double x, bool truncates) {
  constexpr double kLimit = 9.2e18;  // Below 2^63.
  if (!(-kLimit < x && x < kLimit)) return std::nullopt;
  if (!truncates && x != std::trunc(x)) return std::nullopt;
  return Value(static_cast<std::int64_t>(x));
}

std::optional<Value> ReadingOfText(const Field& field, const std::string& text,
                                   const Leniency& leniency) {
  if (field.kind == FieldKind::kList) {
    if (leniency.empty_lists && text.empty()) return Value(Value::List{});
    return leniency.texts ? ListOf(text) : std::nullopt;
  }
  if (!leniency.texts) return std::nullopt;
  if (field.kind == FieldKind::kBoolean) {
    const std::string lower = absl::AsciiStrToLower(text);
    if (lower == "true" || lower == "1") return Value(true);
    if (lower == "false" || lower == "0") return Value(false);
    return std::nullopt;
  }
  const bool number =
      field.kind == FieldKind::kReal || field.kind == FieldKind::kInteger;
  return number ? NumberOf(text) : std::nullopt;
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

Range Range::WhenUsed() const {
  Range range = *this;
  range.when_used = true;
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
    table.push_back({.name = name,
                     .kind = FieldKind::kAny,
                     .meaning = why,
                     .use = FieldUse::kIdle});
  }
  return table;
}

FieldTable Lost(absl::string_view why,
                std::initializer_list<absl::string_view> names,
                const Value& neutral) {
  FieldTable table;
  for (const absl::string_view name : names) {
    table.push_back({.name = name,
                     .kind = FieldKind::kAny,
                     .standard = neutral,
                     .meaning = why,
                     .use = FieldUse::kLost});
  }
  return table;
}

bool AsksForNothing(const Field& field, const Value& value) {
  const bool empty = value.is_null() ||
                     (value.boolean() != nullptr && !*value.boolean()) ||
                     (value.integer() != nullptr &&
                      (*value.integer() == 0 || *value.integer() == -1)) ||
                     (value.real() != nullptr && *value.real() == 0.0) ||
                     (value.text() != nullptr && value.text()->empty()) ||
                     (value.list() != nullptr && value.list()->empty()) ||
                     (value.object() != nullptr && value.object()->empty());
  if (empty || value == field.standard) return true;
  // 1.0 for 1.
  return value.real() != nullptr && field.standard.integer() != nullptr &&
         *value.real() == static_cast<double>(*field.standard.integer());
}

FieldTable Hidden(FieldTable table) {
  for (Field& field : table) field.use = FieldUse::kHidden;
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
    if (field.use == FieldUse::kHidden) continue;
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
    if (field.use == FieldUse::kHidden) continue;
    add(field.name);
    for (const absl::string_view alias : field.aliases) add(alias);
  }
  return names;
}

bool IsFlag(absl::string_view name) { return absl::StartsWith(name, "-"); }

Value AsRead(const Field& field, const Value& value, const Leniency& leniency) {
  std::optional<Value> reading;
  if (value.text() != nullptr) {
    reading = ReadingOfText(field, *value.text(), leniency);
    if (reading.has_value() && reading->real() != nullptr) {
      return AsRead(field, *reading, leniency);
    }
  } else if (field.kind == FieldKind::kInteger && value.real() != nullptr) {
    reading = IntegerOf(*value.real(), leniency.truncates);
  } else if (field.kind == FieldKind::kBoolean && value.integer() != nullptr &&
             (*value.integer() == 0 || *value.integer() == 1)) {
    reading = Value(*value.integer() == 1);
  } else if (field.kind == FieldKind::kMap && leniency.empty_lists &&
             value.list() != nullptr && value.list()->empty()) {
    reading = Value(Value::Object{});
  }
  return reading.has_value() ? *std::move(reading) : value;
}

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
