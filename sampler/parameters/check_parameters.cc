// CheckParameters: every way in which given values can disagree with a table.

#include <cmath>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sampler/parameters/parameter.h"
#include "sampler/parameters/problems.h"
#include "sampler/parameters/secret.h"
#include "sampler/parameters/spelling.h"
#include "sampler/parameters/token_values.h"
#include "sampler/parameters/value.h"

namespace sampler {
namespace {

class Checker {
 public:
  Checker(std::optional<std::int64_t> vocabulary_size,
          std::vector<Problem>& problems)
      : token_values_(vocabulary_size, problems), problems_(problems) {}

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
    AddProblem({pointer, std::move(message)}, problems_);
  }

  void ReportValue(const Parameter& line, const Value& value,
                   const std::string& pointer) {
    Report(pointer,
           absl::StrCat("got ", Shown(line, value), ", want ", line.Allowed()));
  }

  // The value as a message may show it.
  static std::string Shown(const Parameter& line, const Value& value) {
    if (!IsSecretName(line.name())) return ToText(value);
    if (value.text() != nullptr && *value.text() == kHiddenSecret) {
      return "\"secret\", as in a copy that was printed without it";
    }
    return "a secret (it is not shown)";
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
        good = IsIntegerWithin(line, value);
        break;
      case ParameterKind::kBoolean:
        good = value.boolean() != nullptr;
        break;
      case ParameterKind::kChoice:
        CheckChoice(line, value, pointer);
        return;
      case ParameterKind::kIntegers:
        good = value.list() != nullptr &&
               !(line.non_empty() && value.list()->empty());
        if (good) CheckIntegers(line, *value.list(), pointer);
        break;
      case ParameterKind::kTokenIds:
        good = value.list() != nullptr &&
               !(line.non_empty() && value.list()->empty());
        if (good) token_values_.CheckTokenIds(*value.list(), pointer);
        break;
      case ParameterKind::kBiases:
        good = value.object() != nullptr &&
               !(line.non_empty() && value.object()->empty());
        if (good) token_values_.CheckBiases(*value.object(), pointer);
        break;
      case ParameterKind::kName:
        good = value.text() != nullptr && !value.text()->empty();
        break;
      case ParameterKind::kTokenSequence:
        token_values_.CheckSequence(value, pointer);
        return;
      case ParameterKind::kTokenSequences:
      case ParameterKind::kSequenceBiases:
      case ParameterKind::kPositionedTokens:
        good = value.list() != nullptr &&
               !(line.non_empty() && value.list()->empty());
        if (good) token_values_.CheckItems(line.kind(), *value.list(), pointer);
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

  static bool IsIntegerWithin(const Parameter& line, const Value& value) {
    return value.integer() != nullptr && IsNumberWithin(line, value);
  }

  void CheckIntegers(const Parameter& line, const Value::List& list,
                     const std::string& pointer) {
    for (std::size_t i = 0; i < list.size(); ++i) {
      if (IsIntegerWithin(line, list[i])) continue;
      Report(absl::StrCat(pointer, "/", i),
             absl::StrCat("got ", Shown(line, list[i]), ", want ",
                          line.AllowedItem()));
    }
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

  TokenValueChecker token_values_;
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
