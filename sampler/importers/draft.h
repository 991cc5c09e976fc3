// A config in the making: the settings that were found, checked against the
// runtime's table; the stages so far; and what is to be said of every field.
// Internal to the importers.
//
// A runtime's file reads its fields by name (a field that was not given has the
// runtime's default) and adds stages, naming the fields that each comes from.
// Report turns that into a report in the order of the table. What was given
// and never mentioned changes nothing: it is reported as harmless.
//
// A bad value is a problem, and the rest of the import goes on with the
// runtime's default in its place, so that the report is complete.
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
#include "sampler/importers/entry_list.h"
#include "sampler/importers/field_table.h"
#include "sampler/importers/importer.h"
#include "sampler/importers/report.h"
#include "sampler/parameters/value.h"

namespace sampler::importers {

// A member of the input.
struct Setting {
  std::string name;     // As the runtime spells it.
  std::string pointer;  // JSON pointer, or the flag.
  Value value;
  std::string label = {};  // As the input spells it; "": as the runtime.
  // A default that the caller gave beside the input (a model's file): a
  // setting of the input comes before it.
  bool is_default = false;

  const std::string& shown() const { return label.empty() ? name : label; }
};

using FieldList = std::initializer_list<absl::string_view>;

class Draft {
 public:
  Draft(const FieldTable& table, absl::string_view version,
        const Leniency& leniency, const ImportOptions& options);

  // Takes the settings of the input, in its order; checks and clamps.
  void Read(const std::vector<Setting>& settings);

  const ImportOptions& options() const { return options_; }

  // How many fields were given that are settings, known but no settings, and
  // not known.
  struct Known {
    std::int64_t settings = 0;
    std::int64_t others = 0;
    std::int64_t unknown = 0;
  };
  const Known& known() const { return known_; }

  // ---- Settings -----------------------------------------------------------

  bool Given(absl::string_view name) const;
  // The value given, else the default; null if there is neither. A value that
  // was given and is bad becomes a problem when it is asked for.
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
  // More about a field. Lost in one place is lost; else applied in one place
  // is applied.
  void Say(absl::string_view name, Outcome outcome, absl::string_view effect);
  void Applied(absl::string_view name, absl::string_view effect) {
    Say(name, Outcome::kApplied, effect);
  }
  void Harmless(absl::string_view name, absl::string_view why) {
    Say(name, Outcome::kHarmless, why);
  }
  void Lost(absl::string_view name, absl::string_view why) {
    Say(name, Outcome::kLost, why);
  }
  // For those that were given and of which nothing was said yet.
  void HarmlessIfUnsaid(absl::Span<const absl::string_view> names,
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
    Setting setting;  // `value` after reading and clamping.
    Value original;
    std::string wanted;  // What a bad value should have been; "": it is good.
  };
  struct Saying {
    Outcome outcome = Outcome::kHarmless;
    std::string effect;
  };

  const Field& Line(absl::string_view name) const;
  void Take(const Field& field, const Setting& setting);
  void TakeOther(const Field& field, const Setting& setting);
  void ReportUnknown(const Setting& setting);
  void Refuse(const Found& found) const;
  // What is wrong with the field, or "".
  std::string ProblemOf(const Found& found) const;
  ReportEntry EntryOf(const Field& field) const;

  const FieldTable& table_;
  std::string version_;
  Leniency leniency_;
  const ImportOptions& options_;
  PipelineConfig config_;
  Known known_;
  std::map<std::string, Found, std::less<>> found_;
  std::map<std::string, Saying, std::less<>> sayings_;
  EntryList overridden_;
  EntryList extra_;
  EntryList unknown_;
  // A value is judged when it is first asked for, also by const methods.
  mutable std::vector<sampler::Problem> problems_;
};

// "top_k(k=40)".
std::string StageText(const StageConfig& stage);

}  // namespace sampler::importers

#endif  // SAMPLER_IMPORTERS_DRAFT_H_
