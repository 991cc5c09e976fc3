// What a draft says of every field. Part of draft.h.

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "sampler/importers/draft.h"
#include "sampler/parameters/spelling.h"

namespace sampler::importers {

ReportEntry Draft::EntryOf(const Field& field) const {
  const auto found = found_.find(field.name);
  const auto saying = sayings_.find(field.name);
  ReportEntry entry = {std::string(field.name), field.standard,
                       "changes nothing with these settings",
                       Provenance::kDefault, Outcome::kHarmless};
  if (saying != sayings_.end()) {
    entry.outcome = saying->second.outcome;
    entry.effect = saying->second.effect;
  }
  if (found == found_.end()) return entry;
  const Found& value = found->second;
  entry.field = Shortened(value.setting.shown());
  entry.value = value.original;
  if (!value.setting.is_default) entry.provenance = Provenance::kGiven;
  const std::string problem = ProblemOf(value);
  if (!problem.empty()) {
    entry.outcome = Outcome::kRefused;
    entry.effect = problem;
  } else if (!value.wanted.empty()) {
    absl::StrAppend(&entry.effect, "; where it is used, want ", value.wanted);
  } else if (!(value.original == value.setting.value)) {
    absl::StrAppend(
        &entry.effect,
        field.range.clamped && WantedInstead(field, value.original).empty()
            ? "; clamped to "
            : "; read as ",
        ToText(value.setting.value));
  }
  return entry;
}

ImportReport Draft::Report() const {
  ImportReport report;
  report.runtime = version_;
  for (const Field& field : table_) {
    if (found_.find(field.name) == found_.end() &&
        sayings_.find(field.name) == sayings_.end()) {
      continue;
    }
    report.entries.push_back(EntryOf(field));
    ++report.counts.Of(report.entries.back().outcome);
  }
  for (const EntryList* more : {&extra_, &overridden_, &unknown_}) {
    more->AppendTo(report);
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
