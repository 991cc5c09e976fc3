#include "sampler/chain/condition.h"

#include <algorithm>
#include <limits>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "sampler/parameters/problems.h"
#include "sampler/parameters/spelling.h"

namespace sampler {
namespace {

constexpr absl::string_view kKeys[] = {"phase", "position", "phase_position",
                                       "not",   "all",      "any"};

// In place of a phase: since any phase began or ended.
constexpr std::size_t kStretch = std::numeric_limits<std::size_t>::max();

constexpr std::int64_t kNoEnd = std::numeric_limits<std::int64_t>::max();

void Report(const std::string& pointer, const Value& value,
            absl::string_view want, std::vector<Problem>& problems) {
  AddProblem({pointer, absl::StrCat("got ", ToText(value), ", want ", want)},
             problems);
}

bool IsRange(const Value& value) {
  const Value::List* const pair = value.list();
  if (pair == nullptr || pair->size() != 2) return false;
  const std::int64_t* const from = (*pair)[0].integer();
  if (from == nullptr || *from < 0) return false;
  if ((*pair)[1].is_null()) return true;
  const std::int64_t* const until = (*pair)[1].integer();
  return until != nullptr && *from < *until;
}

void CheckPhaseName(const Value& value, const std::vector<std::string>& phases,
                    const std::string& pointer,
                    std::vector<Problem>& problems) {
  if (value.text() == nullptr) {
    Report(pointer, value, "the name of a phase", problems);
  } else if (phases.empty()) {
    Report(pointer, value, "a config with \"phases\"", problems);
  } else if (std::find(phases.begin(), phases.end(), *value.text()) ==
             phases.end()) {
    const std::vector<absl::string_view> known(phases.begin(), phases.end());
    AddProblem({pointer, UnknownName("phase", *value.text(), known)}, problems);
  }
}

void CheckKey(const std::string& key, const Value& value,
              const std::vector<std::string>& phases,
              const std::string& pointer, std::vector<Problem>& problems) {
  if (key == "phase") {
    CheckPhaseName(value, phases, pointer, problems);
  } else if (key == "position" || key == "phase_position") {
    if (!IsRange(value)) {
      Report(pointer, value,
             "[a, b] with integers 0 <= a < b, or null for b: no end",
             problems);
    } else if (key == "phase_position" && phases.empty()) {
      Report(pointer, value, "a config with \"phases\"", problems);
    }
  } else if (key == "not") {
    CheckCondition(value, phases, pointer, problems);
  } else if (key == "all" || key == "any") {
    if (value.list() == nullptr || value.list()->empty()) {
      Report(pointer, value, "a non-empty list of conditions", problems);
      return;
    }
    for (std::size_t i = 0; i < value.list()->size(); ++i) {
      CheckCondition((*value.list())[i], phases, absl::StrCat(pointer, "/", i),
                     problems);
    }
  } else {
    AddProblem({pointer, UnknownName("key", key, kKeys)}, problems);
  }
}

std::string RangeText(std::int64_t from, std::int64_t until) {
  return absl::StrCat("[", from, ", ",
                      until == kNoEnd ? "..." : absl::StrCat(until), ")");
}

std::string RangeText(const Value& range) {
  const Value::List* const pair = range.list();
  if (pair == nullptr || pair->size() != 2) return ToText(range);
  return absl::StrCat("[", ToText((*pair)[0]), ", ",
                      (*pair)[1].is_null() ? "..." : ToText((*pair)[1]), ")");
}

std::string KeyText(const std::string& key, const Value& value) {
  if (key == "phase") {
    return value.text() == nullptr ? ToText(value) : *value.text();
  }
  if (key == "not") return absl::StrCat("not ", ConditionText(value));
  if (value.list() != nullptr && (key == "all" || key == "any")) {
    const char* const between = key == "all" ? " and " : " or ";
    return absl::StrCat("(",
                        absl::StrJoin(*value.list(), between,
                                      [](std::string* out, const Value& part) {
                                        absl::StrAppend(out,
                                                        ConditionText(part));
                                      }),
                        ")");
  }
  return absl::StrCat(key == "phase_position" ? "phase position" : key, " in ",
                      RangeText(value));
}

}  // namespace

void CheckCondition(const Value& when, const std::vector<std::string>& phases,
                    const std::string& pointer,
                    std::vector<Problem>& problems) {
  const Value::Object* const object = when.object();
  if (object == nullptr || object->empty()) {
    Report(pointer, when,
           "a condition: an object with \"phase\", \"position\", "
           "\"phase_position\", \"not\", \"all\" or \"any\"",
           problems);
    return;
  }
  for (const auto& [key, value] : *object) {
    CheckKey(key, value, phases, absl::StrCat(pointer, "/", EscapePointer(key)),
             problems);
  }
}

std::string ConditionText(const Value& when) {
  const Value::Object* const object = when.object();
  if (object == nullptr) return ToText(when);
  const std::string text =
      absl::StrJoin(*object, " and ", [](std::string* out, const auto& member) {
        absl::StrAppend(out, KeyText(member.first, member.second));
      });
  return object->size() > 1 ? absl::StrCat("(", text, ")") : text;
}

Condition::Condition(const Value& when, const PhaseRules& rules)
    : Condition(Kind::kAll) {
  for (const auto& [key, value] : *when.object()) {
    parts_.push_back(Key(key, value, *when.object(), rules));
  }
  if (parts_.size() != 1) return;
  Condition only = std::move(parts_.front());
  *this = std::move(only);
}

Condition Condition::Key(const std::string& key, const Value& value,
                         const Value::Object& beside, const PhaseRules& rules) {
  if (key == "phase") {
    Condition phase(Kind::kPhase);
    phase.phase_ = rules.Find(*value.text());
    return phase;
  }
  if (key == "position" || key == "phase_position") {
    Condition range(key == "position" ? Kind::kPosition : Kind::kPhasePosition);
    const Value::List& pair = *value.list();
    range.from_ = *pair[0].integer();
    range.until_ = pair[1].is_null() ? kNoEnd : *pair[1].integer();
    const auto phase = beside.find("phase");
    range.phase_ =
        phase == beside.end() ? kStretch : rules.Find(*phase->second.text());
    return range;
  }
  if (key == "not") {
    Condition negation(Kind::kNot);
    negation.parts_.emplace_back(value, rules);
    return negation;
  }
  Condition several(key == "all" ? Kind::kAll : Kind::kAny);
  for (const Value& part : *value.list()) {
    several.parts_.emplace_back(part, rules);
  }
  return several;
}

std::int64_t Condition::CountOf(const History& history) const {
  if (kind_ == Kind::kPosition) {
    return static_cast<std::int64_t>(history.output().size());
  }
  if (phase_ == kStretch) return history.StretchSize();
  const PhaseState& phase = history.phases()[phase_];
  return phase.open() ? history.size() - phase.begin : -1;
}

bool Condition::Holds(const History& history) const {
  const auto holds = [&](const Condition& part) { return part.Holds(history); };
  switch (kind_) {
    case Kind::kPhase:
      return history.phases()[phase_].open();
    case Kind::kNot:
      return !parts_.front().Holds(history);
    case Kind::kAll:
      return std::all_of(parts_.begin(), parts_.end(), holds);
    case Kind::kAny:
      return std::any_of(parts_.begin(), parts_.end(), holds);
    case Kind::kPosition:
    case Kind::kPhasePosition:
      break;
  }
  const std::int64_t count = CountOf(history);
  return from_ <= count && count < until_;
}

std::string Condition::Told(const History& history, const PhaseRules& rules,
                            bool held) const {
  if (kind_ == Kind::kPhase) {
    return absl::StrCat(held ? "in" : "not in", " phase ",
                        rules.phases[phase_].name);
  }
  if (kind_ == Kind::kNot) return parts_.front().Told(history, rules, !held);
  if (kind_ == Kind::kAll || kind_ == Kind::kAny) {
    // One part decides where one is enough, else all of them do.
    const bool one = held == (kind_ == Kind::kAny);
    std::vector<std::string> told;
    for (const Condition& part : parts_) {
      if (part.Holds(history) != held || (one && !told.empty())) continue;
      told.push_back(part.Told(history, rules, held));
    }
    return absl::StrJoin(told, " and ");
  }
  return absl::StrCat(
      kind_ == Kind::kPosition ? "position " : "phase position ",
      CountOf(history), held ? " is in " : " is not in ",
      RangeText(from_, until_));
}

}  // namespace sampler
