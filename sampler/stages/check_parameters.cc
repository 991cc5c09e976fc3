// CheckParameters: every way in which given values can disagree with a table.

#include <cmath>
#include <limits>
#include <set>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "sampler/spelling.h"
#include "sampler/stages/parameter.h"

namespace sampler {
namespace {

class Checker {
 public:
  Checker(std::optional<std::int64_t> vocabulary_size,
          std::vector<Problem>& problems)
      : vocabulary_size_(vocabulary_size), problems_(problems) {}

  void CheckTable(const ParameterTable& table, const Value::Object& given,
                  const std::string& pointer) {
    for (const auto& [name, value] : given) {
      const Parameter* line = nullptr;
      for (const Parameter& p : table) {
        if (p.name() == name) line = &p;
      }
      const std::string at = absl::StrCat(pointer, "/", EscapePointer(name));
      if (line == nullptr) {
        ReportUnknown(table, name, at);
      } else {
        CheckValue(*line, value, at);
      }
    }
    for (const Parameter& line : table) {
      if (line.required() && !given.contains(std::string(line.name()))) {
        Report(absl::StrCat(pointer, "/", line.name()),
               absl::StrCat("missing, want ", line.Allowed(), " (",
                            line.meaning(), ")"));
      }
    }
  }

 private:
  void Report(const std::string& pointer, std::string message) {
    problems_.push_back({pointer, std::move(message)});
  }

  void ReportValue(const Parameter& line, const Value& value,
                   const std::string& pointer) {
    Report(pointer,
           absl::StrCat("got ", ToText(value), ", want ", line.Allowed()));
  }

  void ReportUnknown(const ParameterTable& table, const std::string& name,
                     const std::string& pointer) {
    std::vector<absl::string_view> names;
    for (const Parameter& p : table) names.push_back(p.name());
    Report(pointer, UnknownName("parameter", name, names));
  }

  void CheckValue(const Parameter& line, const Value& value,
                  const std::string& pointer) {
    if (value.is_null() && line.nullable()) return;
    bool good = false;
    switch (line.kind()) {
      case ParameterKind::kReal:
        good = IsNumberWithin(line, value);
        break;
      case ParameterKind::kInteger:
        good = value.integer() != nullptr && IsNumberWithin(line, value);
        break;
      case ParameterKind::kBoolean:
        good = value.boolean() != nullptr;
        break;
      case ParameterKind::kChoice:
        CheckChoice(line, value, pointer);
        return;
      case ParameterKind::kTokenIds:
        good = value.list() != nullptr &&
               !(line.non_empty() && value.list()->empty());
        if (good) CheckTokenIds(*value.list(), pointer);
        break;
      case ParameterKind::kBiases:
        good = value.object() != nullptr &&
               !(line.non_empty() && value.object()->empty());
        if (good) CheckBiases(*value.object(), pointer);
        break;
      case ParameterKind::kObject:
        good = value.object() != nullptr;
        if (good) CheckTable(line.fields(), *value.object(), pointer);
        break;
    }
    if (!good) ReportValue(line, value, pointer);
  }

  // Written as "not inside", so that NaN is outside.
  static bool IsNumberWithin(const Parameter& line, const Value& value) {
    double number = std::numeric_limits<double>::quiet_NaN();
    if (value.real() != nullptr) number = *value.real();
    if (value.integer() != nullptr) {
      number = static_cast<double>(*value.integer());
    }
    if (!std::isfinite(number)) return false;
    if (line.minimum_excluded() && !(number > line.minimum())) return false;
    if (line.maximum_excluded() && !(number < line.maximum())) return false;
    return line.minimum() <= number && number <= line.maximum();
  }

  void CheckChoice(const Parameter& line, const Value& value,
                   const std::string& pointer) {
    if (value.text() == nullptr) {
      ReportValue(line, value, pointer);
      return;
    }
    for (const absl::string_view word : line.choices()) {
      if (word == *value.text()) return;
    }
    Report(pointer,
           absl::StrCat("got ", ToText(value), ", want ", line.Allowed(),
                        DidYouMean(*value.text(), line.choices())));
  }

  // "a token id", with the range where it is known.
  std::string AllowedId() const {
    return vocabulary_size_.has_value()
               ? absl::StrCat("a token id in [0, ", *vocabulary_size_, ")")
               : "a token id >= 0";
  }

  bool IsTokenId(std::int64_t id) const {
    return id >= 0 && id <= std::numeric_limits<std::int32_t>::max() &&
           (!vocabulary_size_.has_value() || id < *vocabulary_size_);
  }

  void CheckTokenIds(const Value::List& list, const std::string& pointer) {
    std::set<std::int64_t> seen;
    for (std::size_t i = 0; i < list.size(); ++i) {
      const std::string at = absl::StrCat(pointer, "/", i);
      const std::int64_t* id = list[i].integer();
      if (id == nullptr || !IsTokenId(*id)) {
        Report(at,
               absl::StrCat("got ", ToText(list[i]), ", want ", AllowedId()));
      } else if (!seen.insert(*id).second) {
        Report(at, absl::StrCat("token id ", *id, " is listed twice"));
      }
    }
  }

  void CheckBiases(const Value::Object& biases, const std::string& pointer) {
    for (const auto& [key, value] : biases) {
      const std::string at = absl::StrCat(pointer, "/", EscapePointer(key));
      std::int64_t id = 0;
      // One spelling per id ("7", never "07" or "+7"), so that no id can be
      // listed twice.
      if (!absl::SimpleAtoi(key, &id) || absl::StrCat(id) != key ||
          !IsTokenId(id)) {
        Report(at,
               absl::StrCat("got the key \"", key, "\", want ", AllowedId()));
      }
      const bool number =
          value.integer() != nullptr ||
          (value.real() != nullptr && std::isfinite(*value.real()));
      const bool ban = value.boolean() != nullptr && !*value.boolean();
      if (!number && !ban) {
        Report(at, absl::StrCat("got ", ToText(value),
                                ", want a finite number, or false to ban"));
      }
    }
  }

  const std::optional<std::int64_t> vocabulary_size_;
  std::vector<Problem>& problems_;
};

}  // namespace

void CheckParameters(const ParameterTable& table, const Value::Object& given,
                     const std::string& pointer,
                     std::optional<std::int64_t> vocabulary_size,
                     std::vector<Problem>& problems) {
  Checker(vocabulary_size, problems).CheckTable(table, given, pointer);
}

}  // namespace sampler
