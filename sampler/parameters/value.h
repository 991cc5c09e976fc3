// A parameter value as written in a config: null, boolean, integer, real,
// text, list or object. This is the one form in which parameters travel,
// whether they come from JSON, from an importer or from C++:
//
//   StageConfig{"top_p", {{"p", 0.95}, {"min_keep", 2}}}
//
// What a stage accepts is said by its parameter table (parameter.h), not here.
//
// Thread-safety: const methods from any number of threads.
// Tested by: tests/config_values_test.cc.

#ifndef SAMPLER_PARAMETERS_VALUE_H_
#define SAMPLER_PARAMETERS_VALUE_H_

#include <concepts>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "sampler/language.h"

namespace sampler {

class Value {
 public:
  using List = std::vector<Value>;
  using Object = std::map<std::string, Value>;

  Value() = default;  // null
  // Implicit, so that parameters can be written as in JSON.
  // NOLINTBEGIN(google-explicit-constructor)
  Value(std::nullptr_t) {}
  Value(std::same_as<bool> auto b) : data_(b) {}
  // An integer beyond 2^63 - 1 becomes a real, as when it is read from JSON.
  Value(std::integral auto i) requires(!std::same_as<decltype(i), bool> &&
                                       !std::same_as<decltype(i), char>) {
    if (std::in_range<std::int64_t>(i)) {
      data_ = static_cast<std::int64_t>(i);
    } else {
      data_ = static_cast<double>(i);
    }
  }
  Value(double real) : data_(real) {}
  Value(const char* text) : data_(std::string(text)) {}
  Value(std::string text) : data_(std::move(text)) {}
  Value(List list) : data_(std::move(list)) {}
  Value(Object object) : data_(std::move(object)) {}
  // NOLINTEND(google-explicit-constructor)

  bool is_null() const { return std::holds_alternative<std::monostate>(data_); }

  // The value as that type, or null if it is of another type.
  const bool* boolean() const { return std::get_if<bool>(&data_); }
  const std::int64_t* integer() const {
    return std::get_if<std::int64_t>(&data_);
  }
  const double* real() const { return std::get_if<double>(&data_); }
  const std::string* text() const { return std::get_if<std::string>(&data_); }
  const List* list() const { return std::get_if<List>(&data_); }
  const Object* object() const { return std::get_if<Object>(&data_); }

  friend bool operator==(const Value&, const Value&) = default;

 private:
  std::variant<std::monostate, bool, std::int64_t, double, std::string, List,
               Object>
      data_;
};

// One thing wrong with a config: where (a JSON pointer) and what (found,
// allowed, and what was probably meant).
struct Problem {
  std::string pointer;
  std::string message;
};

// A problem of a JSON text, with the place it was found at (from 1).
struct JsonProblem {
  int line = 0;
  int column = 0;
  Problem problem;
};

// The value as compact JSON-like text, for error messages ("1.2", "\"x\"").
// Long values are shortened.
std::string ToText(const Value& value);

}  // namespace sampler

#endif  // SAMPLER_PARAMETERS_VALUE_H_
