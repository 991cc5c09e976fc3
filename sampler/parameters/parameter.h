// Parameter tables: the one description of what a stage can be told.
//
// A stage type lists its parameters (name, type, range, default, meaning). The
// config parser, its error messages, the JSON Schema and the documentation are
// all derived from these lists, and so is the C++ path: a config built in code
// is checked by the same rules as one read from a file.
//
// Thread-safety: const methods from any number of threads, but for Parameters.
// Tested by: tests/config_values_test.cc, tests/stages/registry_test.cc,
//   tests/parameters/parameters_misuse_test.cc,
//   tests/tools/presets_test.cc.

#ifndef SAMPLER_PARAMETERS_PARAMETER_H_
#define SAMPLER_PARAMETERS_PARAMETER_H_

#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "sampler/candidate.h"
#include "sampler/parameters/value.h"

namespace sampler {

enum class ParameterKind {
  kReal,              // A finite number; integers are accepted.
  kInteger,           // A whole number.
  kBoolean,           // true or false.
  kChoice,            // One of a few words.
  kIntegers,          // A list of whole numbers, each within the bounds.
  kTokenIds,          // A list of distinct token ids.
  kBiases,            // {"<token id>": number or false}; false bans the token.
  kTokenSequence,     // A non-empty list of token ids, one after another.
  kTokenSequences,    // A list of non-empty lists of token ids.
  kSequenceBiases,    // A list of [[token ids], number or false].
  kPositionedTokens,  // A list of [position, token id or list of them].
  kName,              // A non-empty text that names something of the config.
  kObject,            // An object with a parameter table of its own.
};

// One line of a parameter table. Names, meanings and words are string literals:
// they are not copied. Built fluently:
//
//   Real("p", "share of the mass to keep").Within(0, 1).Required()
class Parameter {
 public:
  Parameter(ParameterKind kind, absl::string_view name,
            absl::string_view meaning)
      : kind_(kind), name_(name), meaning_(meaning) {}

  // Bounds of a number, both inclusive.
  Parameter Within(double minimum, double maximum) &&;
  Parameter AtLeast(double minimum) &&;
  Parameter AtMost(double maximum) &&;
  // Bounds that are themselves not allowed.
  Parameter Above(double minimum) &&;
  Parameter Below(double maximum) &&;
  Parameter Default(Value value) &&;
  // Must be given; by default a parameter without a default may be absent.
  Parameter Required() &&;
  // null is a legal value, and the default.
  Parameter Nullable() &&;
  // A list or object that must not be empty.
  Parameter NonEmpty() &&;
  Parameter Choices(std::vector<absl::string_view> words) &&;
  Parameter Fields(std::vector<Parameter> fields) &&;

  ParameterKind kind() const { return kind_; }
  absl::string_view name() const { return name_; }
  absl::string_view meaning() const { return meaning_; }
  bool required() const { return required_; }
  bool nullable() const { return nullable_; }
  bool non_empty() const { return non_empty_; }
  const std::optional<Value>& default_value() const { return default_; }
  double minimum() const { return minimum_; }
  double maximum() const { return maximum_; }
  bool minimum_excluded() const { return minimum_excluded_; }
  bool maximum_excluded() const { return maximum_excluded_; }
  const std::vector<absl::string_view>& choices() const { return choices_; }
  const std::vector<Parameter>& fields() const { return fields_; }

  // "a number in [0, 1]", "one of \"exact\", \"keep_all\"", ...
  std::string Allowed() const;
  // Of a list of integers: what each may be.
  std::string AllowedItem() const;

 private:
  // " in [0, 1]", " >= 0", or "".
  std::string Range() const;

  ParameterKind kind_;
  absl::string_view name_;
  absl::string_view meaning_;
  bool required_ = false;
  bool nullable_ = false;
  bool non_empty_ = false;
  bool minimum_excluded_ = false;
  bool maximum_excluded_ = false;
  double minimum_ = -std::numeric_limits<double>::infinity();
  double maximum_ = std::numeric_limits<double>::infinity();
  std::optional<Value> default_;
  std::vector<absl::string_view> choices_;
  std::vector<Parameter> fields_;
};

Parameter Real(absl::string_view name, absl::string_view meaning);
Parameter Integer(absl::string_view name, absl::string_view meaning);
Parameter Boolean(absl::string_view name, absl::string_view meaning);
Parameter Choice(absl::string_view name, absl::string_view meaning);
Parameter Integers(absl::string_view name, absl::string_view meaning);
Parameter TokenIds(absl::string_view name, absl::string_view meaning);
Parameter Biases(absl::string_view name, absl::string_view meaning);
Parameter OneSequence(absl::string_view name, absl::string_view meaning);
Parameter TokenSequences(absl::string_view name, absl::string_view meaning);
Parameter SequenceBiases(absl::string_view name, absl::string_view meaning);
Parameter PositionedTokens(absl::string_view name, absl::string_view meaning);
Parameter Name(absl::string_view name, absl::string_view meaning);
Parameter Object(absl::string_view name, absl::string_view meaning);

using ParameterTable = std::vector<Parameter>;

// Tokens that follow one another.
using TokenSequence = std::vector<TokenId>;

// What is added to the logit of a token that would complete a sequence; -inf
// bans it.
struct SequenceBias {
  TokenSequence sequence;
  double bias;
};

// Reports everything wrong with `given` under `table`: unknown names, missing
// parameters, wrong types, values out of range, repeated token ids and
// positions, and, where `vocabulary_size` is known, token ids outside it.
void CheckParameters(const ParameterTable& table, const Value::Object& given,
                     const std::string& pointer,
                     std::optional<std::int64_t> vocabulary_size,
                     std::vector<Problem>& problems);

// Parameters that passed CheckParameters, with defaults in place: what a stage
// is made from.
//
// REQUIRES of every getter: the table has such a parameter of that kind, and it
// is not null (use Has). Asking for anything else is a mistake of the stage
// type, not of the config: debug builds assert; others answer with 0, false or
// nothing and keep the first mistake in misuse(), which whoever makes stages
// (Pipeline::Create, CheckConfig) turns into an error.
//
// Thread-safety: one thread at a time, as a getter may note a mistake.
class Parameters {
 public:
  // `table` must outlive the parameters.
  Parameters(const ParameterTable& table, Value::Object given);

  bool Has(absl::string_view name) const;
  double Real(absl::string_view name) const;
  std::int64_t Integer(absl::string_view name) const;
  std::optional<std::int64_t> OptionalInteger(absl::string_view name) const;
  bool Boolean(absl::string_view name) const;
  // In the order of the config.
  std::vector<std::int64_t> Integers(absl::string_view name) const;
  // Ascending.
  std::vector<TokenId> TokenIds(absl::string_view name) const;
  // Ascending by id; -inf where the token is banned.
  std::map<TokenId, double> Biases(absl::string_view name) const;
  // In the order of the config, and each as it is written.
  TokenSequence OneSequence(absl::string_view name) const;
  std::vector<TokenSequence> TokenSequences(absl::string_view name) const;
  std::vector<SequenceBias> SequenceBiases(absl::string_view name) const;
  // By position; ids ascending.
  std::map<std::int64_t, std::vector<TokenId>> PositionedTokens(
      absl::string_view name) const;
  std::string Name(absl::string_view name) const;
  // Mistakes that are made with the result count as mistakes of this.
  Parameters Object(absl::string_view name) const;

  // `asks for a number "scope", which its table does not have`, or "".
  const std::string& misuse() const { return *misuse_; }

  // The chosen word as an enum whose values are in the order of the table's
  // words.
  template <typename Enum>
  Enum Choice(absl::string_view name) const {
    return static_cast<Enum>(ChoiceIndex(name));
  }

 private:
  // The line of the table, and the value; null where there is none.
  const Parameter* Line(absl::string_view name) const;
  const Value& Get(absl::string_view name) const;
  const Value::List& ListOf(absl::string_view name) const;
  const Value::Object& ObjectOf(absl::string_view name) const;
  int ChoiceIndex(absl::string_view name) const;
  // Notes that a getter was asked for `what`, which is not there.
  void NoteMisuse(absl::string_view what, absl::string_view name) const;

  const ParameterTable& table_;
  Value::Object values_;
  std::shared_ptr<std::string> misuse_ = std::make_shared<std::string>();
};

}  // namespace sampler

#endif  // SAMPLER_PARAMETERS_PARAMETER_H_
