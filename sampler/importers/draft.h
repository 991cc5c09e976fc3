// A config in the making: the settings that were found, checked against the
// runtime's table; the stages so far; and what is to be said of every field.
// Internal to the importers.
//
// A runtime's file reads its fields by name (a field that was not given has the
// runtime's default) and adds stages, naming the fields that each comes from.
// Finish turns that into a report in the order of the table. What was given
// and never mentioned changes nothing: it is reported as neutral, or as idle
// with the table's reason.
//
// REQUIRES of every method that takes a field's name: the table has it.

#ifndef SAMPLER_IMPORTERS_DRAFT_H_
#define SAMPLER_IMPORTERS_DRAFT_H_

#include <cstdint>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "sampler/config.h"
#include "sampler/importers/field_table.h"
#include "sampler/importers/importer.h"
#include "sampler/importers/report.h"
#include "sampler/parameters/value.h"

namespace sampler::importers {

// A member of the input.
struct Setting {
  std::string name;     // As spelled.
  std::string pointer;  // JSON pointer, or the flag.
  Value value;
};

using FieldList = std::initializer_list<absl::string_view>;

class Draft {
 public:
  Draft(const FieldTable& table, absl::string_view version,
        const ImportOptions& options);

  // Takes the settings of the input, in its order; checks and clamps.
  void Read(const std::vector<Setting>& settings);

  const ImportOptions& options() const { return options_; }

  // ---- Settings -----------------------------------------------------------

  bool Given(absl::string_view name) const;
  // The value given, else the default; null if there is neither.
  const Value& Get(absl::string_view name) const;
  bool Has(absl::string_view name) const { return !Get(name).is_null(); }
  double Real(absl::string_view name) const;
  std::int64_t Integer(absl::string_view name) const;
  bool Boolean(absl::string_view name) const;
  std::string Text(absl::string_view name) const;
  // Takes the runtime's default in place of what was given.
  void UseDefault(absl::string_view name, absl::string_view why);
  // JSON pointer of the value, for errors about its parts.
  std::string PointerOf(absl::string_view name) const;

  // ---- Results ------------------------------------------------------------

  PipelineConfig& config() { return config_; }

  // Appends a stage that comes from these fields.
  void Add(StageConfig stage, FieldList from, absl::string_view remark = "");
  // More about a field.
  void Say(absl::string_view name, Outcome outcome, absl::string_view effect);
  void Applied(absl::string_view name, absl::string_view effect) {
    Say(name, Outcome::kApplied, effect);
  }
  void NoEffect(absl::string_view name, absl::string_view why) {
    Say(name, Outcome::kNoEffect, why);
  }
  // For those that were given and of which nothing was said yet.
  void NoEffectIfUnsaid(absl::Span<const absl::string_view> names,
                        absl::string_view why);
  // About what stands in no field.
  void Derive(absl::string_view what, absl::string_view effect,
              Outcome outcome = Outcome::kApplied);
  // A part of the input that the runtime does not know.
  void Unknown(absl::string_view what, const Value& value,
               absl::string_view effect);
  void Problem(absl::string_view pointer, absl::string_view message);
  // A value that is wrong in a way the table cannot say.
  void Reject(absl::string_view name, absl::string_view want);

  const std::vector<sampler::Problem>& problems() const { return problems_; }

  // The report, in the order of the table.
  ImportReport Report() const;

 private:
  struct Found {
    Setting setting;  // `value` after clamping.
    Value original;
  };
  struct Saying {
    Outcome outcome = Outcome::kNeutral;
    std::string effect;
  };

  const Field& Line(absl::string_view name) const;
  void Take(const Field& field, const Setting& setting);
  void ReportUnknown(const Setting& setting);

  const FieldTable& table_;
  std::string version_;
  const ImportOptions& options_;
  PipelineConfig config_;
  std::map<std::string, Found, std::less<>> found_;
  std::map<std::string, Saying, std::less<>> sayings_;
  std::vector<ReportEntry> overridden_;
  std::vector<ReportEntry> extra_;
  std::vector<ReportEntry> unknown_;
  std::vector<sampler::Problem> problems_;
};

// "top_k(k=40)".
std::string StageText(const StageConfig& stage);

}  // namespace sampler::importers

#endif  // SAMPLER_IMPORTERS_DRAFT_H_
