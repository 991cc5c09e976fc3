// Parameters: the values that a stage is made from.

#include <algorithm>
#include <cassert>
#include <limits>
#include <optional>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "sampler/candidate.h"
#include "sampler/parameters/parameter.h"

namespace sampler {
namespace {

const Value& Nothing() {
  static const auto& nothing = *new Value;
  return nothing;
}

const Value::List& NoItems() {
  static const auto& none = *new Value::List;
  return none;
}

const Value::Object& NoMembers() {
  static const auto& none = *new Value::Object;
  return none;
}

// The ids of a list; what is no id is left out.
TokenSequence ToTokens(const Value::List& list) {
  TokenSequence ids;
  for (const Value& value : list) {
    if (value.integer() == nullptr) continue;
    ids.push_back(static_cast<TokenId>(*value.integer()));
  }
  return ids;
}

TokenSequence ToTokens(const Value& value) {
  return ToTokens(value.list() == nullptr ? NoItems() : *value.list());
}

std::optional<double> ToNumber(const Value& value) {
  if (value.real() != nullptr) return *value.real();
  if (value.integer() != nullptr) return static_cast<double>(*value.integer());
  return std::nullopt;
}

// A number, or false for -inf.
double ToBias(const Value& value) {
  return ToNumber(value).value_or(-std::numeric_limits<double>::infinity());
}

// Both halves of [first, second]; empty for anything else.
const Value::List* ToPair(const Value& value) {
  const Value::List* const pair = value.list();
  return pair != nullptr && pair->size() == 2 ? pair : nullptr;
}

}  // namespace

Parameters::Parameters(const ParameterTable& table, Value::Object given)
    : table_(table), values_(std::move(given)) {
  for (const Parameter& line : table) {
    if (line.default_value().has_value()) {
      values_.emplace(std::string(line.name()), *line.default_value());
    }
  }
}

void Parameters::NoteMisuse(absl::string_view what,
                            absl::string_view name) const {
  if (misuse_->empty()) {
    *misuse_ = absl::StrCat("asks for ", what, " \"", name,
                            "\", which its table does not have");
  }
  assert(false && "a stage asks for a parameter that is not there");
}

const Parameter* Parameters::Line(absl::string_view name) const {
  const auto at =
      std::find_if(table_.begin(), table_.end(),
                   [&](const Parameter& p) { return p.name() == name; });
  return at == table_.end() ? nullptr : &*at;
}

const Value& Parameters::Get(absl::string_view name) const {
  const auto at = values_.find(std::string(name));
  return at == values_.end() ? Nothing() : at->second;
}

const Value::List& Parameters::ListOf(absl::string_view name) const {
  const Value::List* const list = Get(name).list();
  if (list != nullptr) return *list;
  NoteMisuse("a list", name);
  return NoItems();
}

const Value::Object& Parameters::ObjectOf(absl::string_view name) const {
  const Value::Object* const object = Get(name).object();
  if (object != nullptr) return *object;
  NoteMisuse("an object", name);
  return NoMembers();
}

bool Parameters::Has(absl::string_view name) const {
  if (Line(name) == nullptr) NoteMisuse("a parameter", name);
  return !Get(name).is_null();
}

double Parameters::Real(absl::string_view name) const {
  const std::optional<double> number = ToNumber(Get(name));
  if (!number.has_value()) NoteMisuse("a number", name);
  return number.value_or(0.0);
}

std::int64_t Parameters::Integer(absl::string_view name) const {
  const std::int64_t* const integer = Get(name).integer();
  if (integer != nullptr) return *integer;
  NoteMisuse("an integer", name);
  return 0;
}

std::optional<std::int64_t> Parameters::OptionalInteger(
    absl::string_view name) const {
  if (!Has(name)) return std::nullopt;
  return Integer(name);
}

bool Parameters::Boolean(absl::string_view name) const {
  const bool* const boolean = Get(name).boolean();
  if (boolean != nullptr) return *boolean;
  NoteMisuse("a boolean", name);
  return false;
}

std::vector<std::int64_t> Parameters::Integers(absl::string_view name) const {
  std::vector<std::int64_t> integers;
  for (const Value& item : ListOf(name)) {
    if (item.integer() != nullptr) integers.push_back(*item.integer());
  }
  return integers;
}

int Parameters::ChoiceIndex(absl::string_view name) const {
  const Parameter* const line = Line(name);
  const std::string* const word = Get(name).text();
  if (line != nullptr && word != nullptr) {
    const std::vector<absl::string_view>& words = line->choices();
    const auto at = std::find(words.begin(), words.end(), *word);
    if (at != words.end()) return static_cast<int>(at - words.begin());
  }
  NoteMisuse("a choice", name);
  return 0;
}

std::vector<TokenId> Parameters::TokenIds(absl::string_view name) const {
  std::vector<TokenId> ids = ToTokens(ListOf(name));
  std::sort(ids.begin(), ids.end());
  return ids;
}

std::map<TokenId, double> Parameters::Biases(absl::string_view name) const {
  std::map<TokenId, double> biases;
  for (const auto& [key, value] : ObjectOf(name)) {
    TokenId id = 0;
    (void)absl::SimpleAtoi(key, &id);  // CheckParameters has parsed it before.
    biases.emplace(id, ToBias(value));
  }
  return biases;
}

TokenSequence Parameters::OneSequence(absl::string_view name) const {
  return ToTokens(ListOf(name));
}

std::vector<TokenSequence> Parameters::TokenSequences(
    absl::string_view name) const {
  std::vector<TokenSequence> sequences;
  for (const Value& item : ListOf(name)) sequences.push_back(ToTokens(item));
  return sequences;
}

std::vector<SequenceBias> Parameters::SequenceBiases(
    absl::string_view name) const {
  std::vector<SequenceBias> biases;
  for (const Value& item : ListOf(name)) {
    const Value::List* const pair = ToPair(item);
    if (pair == nullptr) continue;
    biases.push_back({ToTokens((*pair)[0]), ToBias((*pair)[1])});
  }
  return biases;
}

std::map<std::int64_t, std::vector<TokenId>> Parameters::PositionedTokens(
    absl::string_view name) const {
  std::map<std::int64_t, std::vector<TokenId>> tokens;
  for (const Value& item : ListOf(name)) {
    const Value::List* const pair = ToPair(item);
    if (pair == nullptr || (*pair)[0].integer() == nullptr) continue;
    std::vector<TokenId>& ids = tokens[*(*pair)[0].integer()];
    ids = (*pair)[1].list() != nullptr ? ToTokens((*pair)[1])
                                       : ToTokens(Value::List{(*pair)[1]});
    std::sort(ids.begin(), ids.end());
  }
  return tokens;
}

std::string Parameters::Name(absl::string_view name) const {
  const std::string* const text = Get(name).text();
  if (text != nullptr) return *text;
  NoteMisuse("a name", name);
  return "";
}

Parameters Parameters::Object(absl::string_view name) const {
  static const auto& no_lines = *new ParameterTable;
  const Parameter* const line = Line(name);
  Parameters object(line == nullptr ? no_lines : line->fields(),
                    ObjectOf(name));
  object.misuse_ = misuse_;
  return object;
}

}  // namespace sampler
