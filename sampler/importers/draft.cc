#include "sampler/importers/draft.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "sampler/parameters/problems.h"
#include "sampler/parameters/spelling.h"
#include "sampler/parameters/value.h"

namespace sampler::importers {
namespace {

// Effects are a line of a report: what comes after so many bytes is cut.
constexpr std::size_t kLongestEffect = 600;

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

// Which of two outcomes of one field is told: what is lost in one place is not
// mended by what is applied in another.
int Weight(Outcome outcome) {
  switch (outcome) {
    case Outcome::kRefused:
      return 3;
    case Outcome::kLost:
      return 2;
    case Outcome::kApplied:
      return 1;
    default:
      return 0;
  }
}

}  // namespace

Draft::Draft(const FieldTable& table, absl::string_view version,
             const Leniency& leniency, const ImportOptions& options)
    : table_(table),
      version_(version),
      leniency_(leniency),
      options_(options) {}

void Draft::Read(const std::vector<Setting>& settings) {
  for (const Setting& setting : settings) {
    const Field* field = FindField(table_, setting.name);
    if (field == nullptr) {
      ReportUnknown(setting);
      continue;
    }
    if (field->use != FieldUse::kSetting) {
      TakeOther(*field, setting);
      continue;
    }
    if (!setting.is_default) ++known_.settings;
    if (setting.value.is_null()) {
      extra_.Add({setting.shown(), Value(), "null means absent",
                  Provenance::kGiven, Outcome::kHarmless});
    } else {
      Take(*field, setting);
    }
  }
}

void Draft::TakeOther(const Field& field, const Setting& setting) {
  ++known_.others;
  const bool lost =
      field.use == FieldUse::kLost && !AsksForNothing(field, setting.value);
  std::string effect(field.meaning);
  if (field.use == FieldUse::kLost && !lost) effect = "asks for nothing";
  extra_.Add({setting.shown(), setting.value, std::move(effect),
              Provenance::kGiven, lost ? Outcome::kLost : Outcome::kHarmless});
}

void Draft::ReportUnknown(const Setting& setting) {
  ++known_.unknown;
  std::string effect;
  if (!unknown_.full()) {
    effect = absl::StrCat(
        "not a setting of ", version_,
        DidYouMean(setting.name, FieldNames(table_, IsFlag(setting.name))));
  }
  unknown_.Add({setting.shown(), setting.value, std::move(effect),
                Provenance::kGiven, Outcome::kUnknown});
}

void Draft::Take(const Field& field, const Setting& setting) {
  Found found = {setting, setting.value, ""};
  found.setting.value = AsRead(field, setting.value, leniency_);
  found.wanted = WantedInstead(field, found.setting.value);
  if (found.wanted.empty()) {
    found.setting.value = Clamp(field, found.setting.value);
  } else if (!field.range.when_used) {
    Refuse(found);
  }
  const auto at = found_.find(field.name);
  if (at == found_.end()) {
    found_.emplace(field.name, std::move(found));
    return;
  }
  // What the input says comes before defaults from elsewhere. Of two spellings
  // the first of the table counts; of two flags the last.
  bool wins =
      IsFlag(setting.name) || Precedence(field, setting.name) <
                                  Precedence(field, at->second.setting.name);
  if (setting.is_default != at->second.setting.is_default) {
    wins = at->second.setting.is_default;
  }
  if (wins) std::swap(at->second, found);
  overridden_.Add(
      {found.setting.shown(), found.original,
       absl::StrCat("overridden by ", Shortened(at->second.setting.shown())),
       found.setting.is_default ? Provenance::kDefault : Provenance::kGiven,
       Outcome::kHarmless});
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

std::string Draft::ProblemOf(const Found& found) const {
  for (const sampler::Problem& problem : problems_) {
    const std::string& pointer = found.setting.pointer;
    const bool within = absl::StartsWith(problem.pointer, pointer) &&
                        (problem.pointer.size() == pointer.size() ||
                         problem.pointer[pointer.size()] == '/');
    if (within) return problem.message;
  }
  return "";
}

const Value& Draft::Get(absl::string_view name) const {
  const auto found = found_.find(name);
  if (found == found_.end()) return Line(name).standard;
  const Found& value = found->second;
  if (value.wanted.empty()) return value.setting.value;
  if (ProblemOf(value).empty()) Refuse(value);
  return Line(name).standard;
}

void Draft::Refuse(const Found& found) const {
  AddProblem(
      {found.setting.pointer,
       absl::StrCat("got ", ToText(found.original), ", want ", found.wanted)},
      problems_);
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
  found->second.wanted.clear();
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
  if (saying.effect.empty() || Weight(outcome) > Weight(saying.outcome)) {
    saying.outcome = outcome;
  }
  if (saying.effect.size() > kLongestEffect) {
    if (!absl::EndsWith(saying.effect, "...")) saying.effect += "; ...";
    return;
  }
  if (!saying.effect.empty()) saying.effect += "; ";
  absl::StrAppend(&saying.effect, effect);
}

void Draft::HarmlessIfUnsaid(absl::Span<const absl::string_view> names,
                             absl::string_view why) {
  for (const absl::string_view name : names) {
    if (Given(name) && sayings_.find(name) == sayings_.end()) {
      Harmless(name, why);
    }
  }
}

void Draft::Derive(absl::string_view what, absl::string_view effect,
                   Outcome outcome) {
  extra_.Add({std::string(what), Value(), std::string(effect),
              Provenance::kDerived, outcome});
}

void Draft::Unknown(absl::string_view what, const Value& value,
                    absl::string_view effect) {
  unknown_.Add({std::string(what), value, std::string(effect),
                Provenance::kGiven, Outcome::kUnknown});
}

void Draft::Problem(absl::string_view pointer, absl::string_view message) {
  AddProblem({std::string(pointer), std::string(message)}, problems_);
}

void Draft::Reject(absl::string_view name, absl::string_view want) {
  Problem(PointerOf(name),
          absl::StrCat("got ", ToText(Get(name)), ", want ", want));
}

}  // namespace sampler::importers
