#include "sampler/importers/draft.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "sampler/parameters/spelling.h"
#include "sampler/parameters/value.h"

namespace sampler::importers {
namespace {

// The position of a spelling among a field's own: its name, then its aliases.
std::size_t Precedence(const Field& field, absl::string_view spelled) {
  if (field.name == spelled) return 0;
  const auto alias =
      std::find(field.aliases.begin(), field.aliases.end(), spelled);
  return 1 + static_cast<std::size_t>(alias - field.aliases.begin());
}

Value Clamp(const Field& field, const Value& value) {
  if (!field.range.clamped) return value;
  const auto end = [&](double x) -> Value {
    if (field.kind == FieldKind::kInteger) return static_cast<std::int64_t>(x);
    return x;
  };
  const double x = value.integer() != nullptr
                       ? static_cast<double>(*value.integer())
                       : *value.real();
  if (x < field.range.low) return end(field.range.low);
  if (x > field.range.high) return end(field.range.high);
  return value;
}

}  // namespace

Draft::Draft(const FieldTable& table, absl::string_view version,
             const ImportOptions& options)
    : table_(table), version_(version), options_(options) {}

void Draft::Read(const std::vector<Setting>& settings) {
  for (const Setting& setting : settings) {
    const Field* field = FindField(table_, setting.name);
    if (field == nullptr) {
      ReportUnknown(setting);
    } else if (setting.value.is_null()) {
      unknown_.push_back({setting.name, Value(), "null means absent",
                          Provenance::kGiven, Outcome::kNeutral});
    } else if (field->idle) {
      extra_.push_back({setting.name, setting.value,
                        std::string(field->meaning), Provenance::kGiven,
                        Outcome::kNoEffect});
    } else {
      Take(*field, setting);
    }
  }
}

void Draft::ReportUnknown(const Setting& setting) {
  const std::vector<absl::string_view> known =
      FieldNames(table_, IsFlag(setting.name));
  unknown_.push_back({setting.name, setting.value,
                      absl::StrCat("not a setting of ", version_,
                                   DidYouMean(setting.name, known)),
                      Provenance::kGiven, Outcome::kUnknown});
}

void Draft::Take(const Field& field, const Setting& setting) {
  const std::string wanted = WantedInstead(field, setting.value);
  if (!wanted.empty()) {
    Problem(setting.pointer,
            absl::StrCat("got ", ToText(setting.value), ", want ", wanted));
    return;
  }
  Found found = {setting, setting.value};
  found.setting.value = Clamp(field, setting.value);
  const auto at = found_.find(field.name);
  if (at == found_.end()) {
    found_.emplace(field.name, std::move(found));
    return;
  }
  // Of two spellings the first of the table counts; of two flags the last.
  const bool wins =
      IsFlag(setting.name) || Precedence(field, setting.name) <
                                  Precedence(field, at->second.setting.name);
  if (wins) std::swap(at->second, found);
  overridden_.push_back(
      {found.setting.name, found.original,
       absl::StrCat("overridden by ", at->second.setting.name),
       Provenance::kGiven, Outcome::kNoEffect});
}

const Field& Draft::Line(absl::string_view name) const {
  const auto line =
      std::find_if(table_.begin(), table_.end(),
                   [&](const Field& field) { return field.name == name; });
  assert(line != table_.end());
  return *line;
}

bool Draft::Given(absl::string_view name) const {
  return found_.find(name) != found_.end();
}

const Value& Draft::Get(absl::string_view name) const {
  const auto found = found_.find(name);
  return found != found_.end() ? found->second.setting.value
                               : Line(name).standard;
}

double Draft::Real(absl::string_view name) const {
  const Value& value = Get(name);
  if (value.integer() != nullptr) return static_cast<double>(*value.integer());
  return value.real() != nullptr ? *value.real() : 0.0;
}

std::int64_t Draft::Integer(absl::string_view name) const {
  const Value& value = Get(name);
  return value.integer() != nullptr ? *value.integer() : 0;
}

bool Draft::Boolean(absl::string_view name) const {
  const Value& value = Get(name);
  return value.boolean() != nullptr && *value.boolean();
}

std::string Draft::Text(absl::string_view name) const {
  const Value& value = Get(name);
  return value.text() != nullptr ? *value.text() : "";
}

void Draft::UseDefault(absl::string_view name, absl::string_view why) {
  const auto found = found_.find(name);
  if (found == found_.end()) return;
  const Field& field = Line(name);
  Applied(name, absl::StrCat(why, ", the default ", ToText(field.standard),
                             " is used"));
  found->second.original = found->second.setting.value = field.standard;
}

std::string Draft::PointerOf(absl::string_view name) const {
  const auto found = found_.find(name);
  return found != found_.end() ? found->second.setting.pointer
                               : absl::StrCat("/", name);
}

void Draft::Add(StageConfig stage, FieldList from, absl::string_view remark) {
  const std::string text = StageText(stage);
  for (const absl::string_view name : from) {
    Applied(name, remark.empty() ? text : absl::StrCat(text, ": ", remark));
  }
  config_.stages.push_back(std::move(stage));
}

void Draft::Say(absl::string_view name, Outcome outcome,
                absl::string_view effect) {
  Saying& saying = sayings_[std::string(name)];
  // Applied in one place is applied.
  if (saying.effect.empty() || outcome == Outcome::kApplied) {
    saying.outcome = outcome;
  }
  if (!saying.effect.empty()) saying.effect += "; ";
  absl::StrAppend(&saying.effect, effect);
}

void Draft::NoEffectIfUnsaid(absl::Span<const absl::string_view> names,
                             absl::string_view why) {
  for (const absl::string_view name : names) {
    if (Given(name) && sayings_.find(name) == sayings_.end()) {
      NoEffect(name, why);
    }
  }
}

void Draft::Derive(absl::string_view what, absl::string_view effect,
                   Outcome outcome) {
  extra_.push_back({std::string(what), Value(), std::string(effect),
                    Provenance::kDerived, outcome});
}

void Draft::Unknown(absl::string_view what, const Value& value,
                    absl::string_view effect) {
  unknown_.push_back({std::string(what), value, std::string(effect),
                      Provenance::kGiven, Outcome::kUnknown});
}

void Draft::Problem(absl::string_view pointer, absl::string_view message) {
  problems_.push_back({std::string(pointer), std::string(message)});
}

void Draft::Reject(absl::string_view name, absl::string_view want) {
  Problem(PointerOf(name),
          absl::StrCat("got ", ToText(Get(name)), ", want ", want));
}

ImportReport Draft::Report() const {
  ImportReport report;
  report.runtime = version_;
  for (const Field& field : table_) {
    const auto found = found_.find(field.name);
    const auto saying = sayings_.find(field.name);
    if (found == found_.end() && saying == sayings_.end()) continue;
    ReportEntry entry;
    entry.field = std::string(field.name);
    entry.value = field.standard;
    entry.provenance = Provenance::kDefault;
    if (found != found_.end()) {
      entry.field = found->second.setting.name;
      entry.value = found->second.original;
      entry.provenance = Provenance::kGiven;
    }
    entry.outcome = Outcome::kNeutral;
    entry.effect = "changes nothing with these settings";
    if (saying != sayings_.end()) {
      entry.outcome = saying->second.outcome;
      entry.effect = saying->second.effect;
    }
    if (found != found_.end() &&
        !(found->second.original == found->second.setting.value)) {
      absl::StrAppend(&entry.effect, "; clamped to ",
                      ToText(found->second.setting.value));
    }
    report.entries.push_back(std::move(entry));
  }
  for (const auto* more : {&extra_, &overridden_, &unknown_}) {
    report.entries.insert(report.entries.end(), more->begin(), more->end());
  }
  return report;
}

std::string StageText(const StageConfig& stage) {
  if (stage.parameters.empty()) return stage.type;
  return absl::StrCat(
      stage.type, "(",
      absl::StrJoin(stage.parameters, ", ",
                    [](std::string* out, const auto& parameter) {
                      absl::StrAppend(out, parameter.first, "=",
                                      ToText(parameter.second));
                    }),
      ")");
}

}  // namespace sampler::importers
