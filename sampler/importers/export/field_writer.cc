#include "sampler/importers/export/field_writer.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "sampler/importers/draft.h"
#include "sampler/importers/export/budget_fields.h"
#include "sampler/importers/export/one_form.h"
#include "sampler/importers/export/text_of.h"

namespace sampler::importers {
namespace {

// The decimal number that was meant: without the last digits, which sums and
// differences change.
double Rounded(double x) {
  double rounded = x;
  return absl::SimpleAtod(absl::StrFormat("%.15g", x), &rounded) ? rounded : x;
}

double RealOf(const Value& value) {
  if (value.integer() != nullptr) return static_cast<double>(*value.integer());
  return value.real() != nullptr ? *value.real() : 0.0;
}

const Value& ParameterOf(const StageConfig& stage, absl::string_view name) {
  static const Value& null = *new Value();
  const auto at = stage.parameters.find(std::string(name));
  return at == stage.parameters.end() ? null : at->second;
}

bool IsOf(const StageFields& row, const StageConfig& stage) {
  const auto& [parameter, value] = row.where;
  return parameter.empty() || ParameterOf(stage, parameter) == value;
}

}  // namespace

Value::Object FieldWriter::Write(const PipelineConfig& config) {
  bool own = !engine_.own.type.empty();
  bool greedy = false;
  for (const StageConfig& stage : config.stages) {
    if (own && Comparable(stage) == Comparable(engine_.own)) {
      own = false;  // The engine runs it by itself.
      continue;
    }
    greedy |= stage.type == "greedy";
    WriteStage(Complete(stage), config);
  }
  WriteRest(greedy);
  if (!engine_.order.empty()) WriteOrder(greedy);
  if (config.seed.has_value() && !engine_.seed.empty()) {
    // Its bits, as an engine of 64-bit integers takes them.
    fields_[std::string(engine_.seed)] =
        Value(static_cast<std::int64_t>(*config.seed));
  }
  return std::move(fields_);
}

void FieldWriter::Set(absl::string_view field, Value value) {
  fields_.emplace(std::string(field), std::move(value));
}

void FieldWriter::WriteRest(bool greedy) {
  for (const auto& [field, value] :
       greedy ? engine_.greedy : engine_.sampling) {
    if (greedy) fields_[std::string(field)] = value;
    Set(field, value);
  }
  if (greedy && !engine_.sampling.empty()) return;
  for (const auto& [field, value] : engine_.neutral) Set(field, value);
}

void FieldWriter::WriteStage(const StageConfig& stage,
                             const PipelineConfig& config) {
  if (stage.type == "thinking_budget") {
    WriteBudget(stage, config);
    return;
  }
  if (stage.type == "logit_bias" && !engine_.bias.empty()) {
    WriteBias(*ParameterOf(stage, "bias").object());
    return;
  }
  if (stage.type == "forced_tokens" && !engine_.forced.first.empty()) {
    WriteForced(stage);
    return;
  }
  if (stage.type == "forced_tokens" && !engine_.forced_ids.empty()) {
    WriteForcedIds(stage);
    return;
  }
  if (stage.type == "bad_words" && !engine_.words.empty()) {
    WriteWords(stage);
    return;
  }
  for (const StageFields& row : engine_.stages) {
    if (row.stage == stage.type && IsOf(row, stage)) WriteRow(row, stage);
  }
}

void FieldWriter::WriteRow(const StageFields& row, const StageConfig& stage) {
  std::vector<std::string> names;
  for (const ParameterField& field : row.fields) {
    const Value& value = ParameterOf(stage, field.parameter);
    if (value.is_null() && field.absent.is_null()) continue;
    names.emplace_back(field.field);
    const bool scaled = row.scale != 1 && !value.is_null();
    Set(field.field, scaled            ? Value(RealOf(value) / row.scale)
                     : value.is_null() ? field.absent
                                       : value);
  }
  if (stage.type == "dynamic_temperature") WriteDynamic(stage);
  if (stage.type == "exponential_decay_length") WriteDecay(stage);
  // Its own breakers are texts; here there are none, or ids.
  if (stage.type == "dry") Set("dry_sequence_breakers", Value::List{});
  names_[StageText(stage)] = absl::StrJoin(names, ", ");
  if (!row.step.empty() && (steps_.empty() || steps_.back() != row.step)) {
    steps_.push_back(row.step);
  }
}

void FieldWriter::WriteBudget(const StageConfig& stage,
                              const PipelineConfig& config) {
  if (engine_.budget.tokens.empty() || texts_ == nullptr) return;
  std::vector<std::string> names;
  for (auto& [name, value] :
       BudgetAsFields(engine_.budget, config, stage, *texts_)) {
    names.push_back(name);
    Set(name, value);
  }
  names_[StageText(stage)] = absl::StrJoin(names, ", ");
}

void FieldWriter::WriteDynamic(const StageConfig& stage) {
  const double low = RealOf(ParameterOf(stage, "low"));
  const double high = RealOf(ParameterOf(stage, "high"));
  if (engine_.range.empty()) {
    Set("dynamic_temperature", true);
    return;
  }
  Set("temperature", Rounded((low + high) / 2));
  Set(engine_.range, Rounded((high - low) / 2));
}

// One place: the first, or the last of a text of that length. What cannot be
// said so is found to be lost when the fields are imported again.
void FieldWriter::WriteForced(const StageConfig& stage) {
  const Value::List& places = *ParameterOf(stage, "at").list();
  if (places.size() != 1) return;
  const Value::List& place = *places.front().list();
  const std::int64_t position = *place.front().integer();
  const auto& [first, last, length] = engine_.forced;
  const absl::string_view field = position == 0 ? first : last;
  const Value::List* ids = place.back().list();
  const bool single = ids != nullptr && ids->size() == 1;
  Set(field, single ? ids->front() : place.back());
  if (position != 0) Set(length, Value(position + 1));
  names_[StageText(stage)] = std::string(field);
}

// One id for each place, from the first one on.
void FieldWriter::WriteForcedIds(const StageConfig& stage) {
  Value::List forced;
  for (const Value& place : *ParameterOf(stage, "at").list()) {
    const Value& id = place.list()->back();
    const auto next = static_cast<std::int64_t>(forced.size());
    if (place.list()->front() != Value(next) || id.integer() == nullptr) return;
    forced.push_back(id);
  }
  if (forced.empty()) return;
  Set(engine_.forced_ids, std::move(forced));
  names_[StageText(stage)] = std::string(engine_.forced_ids);
}

// Of a word the engine bans the spelling after a space too, so the word is
// written once and without its space.
void FieldWriter::WriteWords(const StageConfig& stage) {
  const Value::List* sequences = ParameterOf(stage, "sequences").list();
  if (texts_ == nullptr || sequences == nullptr) return;
  Value::List words;
  for (const Value& sequence : *sequences) {
    const std::string text = TextOf(sequence, *texts_);
    const Value word(std::string(absl::StripLeadingAsciiWhitespace(text)));
    if (word.text()->empty()) return;
    if (std::find(words.begin(), words.end(), word) == words.end()) {
      words.push_back(word);
    }
  }
  if (words.empty()) return;
  Set(engine_.words, std::move(words));
  names_[StageText(stage)] = std::string(engine_.words);
}

void FieldWriter::WriteDecay(const StageConfig& stage) {
  if (engine_.decay.empty()) return;
  Set(engine_.decay,
      Value::List{ParameterOf(stage, "start"), ParameterOf(stage, "factor")});
}

void FieldWriter::WriteBias(const Value::Object& biases) {
  if (!engine_.bias_pairs) {
    Value::Object map = biases;
    for (auto& [id, bias] : map) {
      if (bias.boolean() != nullptr) bias = -100;  // The least there is.
    }
    Set(engine_.bias, std::move(map));
    return;
  }
  Value::List pairs;
  for (const auto& [id, bias] : biases) {
    std::int64_t token = 0;
    if (absl::SimpleAtoi(id, &token)) {
      pairs.emplace_back(Value::List{token, bias});
    }
  }
  Set(engine_.bias, std::move(pairs));
}

Value FieldWriter::StepValue(absl::string_view step) const {
  const auto& numbers = engine_.steps_by_number;
  if (numbers.empty()) return Value(std::string(step));
  return Value(std::find(numbers.begin(), numbers.end(), step) -
               numbers.begin());
}

void FieldWriter::WriteOrder(bool greedy) {
  Value::List order;
  for (const absl::string_view step : steps_) order.push_back(StepValue(step));
  if (greedy && engine_.greedy.front().first == "temperature") {
    order.push_back(StepValue("temperature"));
  }
  Set(engine_.order, std::move(order));
}

}  // namespace sampler::importers
