#include "tools/docs/import_reference.h"

#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "sampler/importers/export/engine.h"
#include "sampler/importers/field_table.h"
#include "sampler/importers/importer.h"
#include "sampler/parameters/spelling.h"

namespace sampler::tools {
namespace {

using importers::Field;
using importers::FieldKind;
using importers::FieldUse;
using importers::RuntimeInfo;

constexpr char kIntroduction[] =
    R"(# Coming from another runtime

`sampler import FILE`, `sampler import RUNTIME FILE`, or `importers::Import` (importer.h), turns the
settings of another runtime into a config and reports on every field. This page
lists what each runtime's fields become; the config words are explained in
[the stage reference](../stages/README.md).

What became of a field is told in three words. Applied: it is in the config.
Harmless: it changes the choice of no token. Lost: it acts in the runtime and
not here, with the reason. (A field that the runtime does not know is unknown.)

"-" as a default: where the field is absent, nothing happens. "clamped": values
outside the range are moved to its nearest end, as the runtime does; other
values outside are errors. "where used": the value is judged only where the
step is on.

This page is made from the tables of the importers by
`tools/docs/import_reference.cc`; a test keeps it so.
)";

// A bar would end a table cell.
std::string Cell(absl::string_view text) {
  return absl::StrReplaceAll(text, {{"|", "\\|"}});
}

std::string Quoted(absl::string_view name) {
  return absl::StrCat("`", name, "`");
}

std::string NamesOf(const Field& field) {
  std::vector<std::string> names = {Quoted(field.name)};
  for (const absl::string_view alias : field.aliases) {
    names.push_back(Quoted(alias));
  }
  return absl::StrJoin(names, " ");
}

std::string RangeOf(const Field& field) {
  std::string text;
  switch (field.kind) {
    case FieldKind::kReal:
      text = "number";
      break;
    case FieldKind::kInteger:
      text = "integer";
      break;
    case FieldKind::kBoolean:
      text = "true or false";
      break;
    case FieldKind::kText:
      text = "text";
      break;
    case FieldKind::kList:
      text = "list";
      break;
    case FieldKind::kMap:
      text = "object";
      break;
    case FieldKind::kAny:
      text = "any";
      break;
  }
  const std::string range = field.range.Text();
  if (!range.empty()) absl::StrAppend(&text, " ", range);
  if (field.range.clamped) text += ", clamped";
  if (field.range.when_used && !range.empty()) text += ", where used";
  return text;
}

// Fields without a stage by reason, in the order of their first mention.
class ByReason {
 public:
  void Add(const Field& field) {
    if (names_.find(field.meaning) == names_.end()) {
      reasons_.push_back(field.meaning);
    }
    names_[field.meaning].push_back(Quoted(field.name));
  }

  std::string List(absl::string_view heading) const {
    if (reasons_.empty()) return "";
    std::string text = absl::StrCat("\n", heading, ":\n\n");
    for (const absl::string_view reason : reasons_) {
      absl::StrAppend(&text, "- ", reason, ": ",
                      absl::StrJoin(names_.at(reason), " "), "\n");
    }
    return text;
  }

 private:
  std::vector<absl::string_view> reasons_;
  std::map<absl::string_view, std::vector<std::string>> names_;
};

std::string Section(const RuntimeInfo& runtime) {
  std::string section = absl::StrCat(
      "\n## ", runtime.name, "\n\n", runtime.version,
      ". Order: ", runtime.order,
      ".\n\n| field | default | value | here |\n|---|---|---|---|\n");
  ByReason idle;
  ByReason lost;
  for (const Field& field : *runtime.fields) {
    if (field.use == FieldUse::kHidden) continue;
    if (field.use == FieldUse::kLost) lost.Add(field);
    if (field.use == FieldUse::kIdle) idle.Add(field);
    if (field.use != FieldUse::kSetting) continue;
    const std::string standard = Printable(ToText(field.standard));
    absl::StrAppend(&section, "| ", NamesOf(field), " | ",
                    field.standard.is_null() ? "-" : Quoted(Cell(standard)),
                    " | ", RangeOf(field), " | ", Cell(field.meaning), " |\n");
  }
  absl::StrAppend(&section, lost.List("Lost, where they ask for something"),
                  idle.List("Harmless"));
  return section;
}

std::string Numbers() {
  std::string table =
      "\n## In numbers\n\nHow many fields of each runtime are read, by what "
      "they can become. (A group of fields\nthat is named by its beginning "
      "counts once.)\n\n"
      "| runtime | of | settings | harmless | lost |\n|---|---|---|---|---|\n";
  for (const RuntimeInfo& runtime : importers::Runtimes()) {
    std::map<FieldUse, int> count;
    for (const Field& field : *runtime.fields) ++count[field.use];
    absl::StrAppend(&table, "| [", runtime.name, "](#",
                    absl::StrReplaceAll(runtime.name, {{".", ""}}), ") | ",
                    runtime.version, " | ", count[FieldUse::kSetting], " | ",
                    count[FieldUse::kIdle], " | ", count[FieldUse::kLost],
                    " |\n");
  }
  return table;
}

// What an engine can say of a config, by its export table.
std::string WayBack() {
  std::string section =
      "\n## The way back\n\n`sampler export ENGINE CONFIG` writes a config as "
      "an engine's settings. These stages have\nfields there; whether they "
      "stand in an order that the engine runs is found by importing\nthe text "
      "again, and what differs is reported as lost.\n\n"
      "| engine | stages |\n|---|---|\n";
  for (const importers::ExportEngine& engine : importers::ExportEngineTable()) {
    std::set<absl::string_view> stages = {"categorical", "greedy"};
    for (const importers::StageFields& row : engine.stages) {
      stages.insert(row.stage);
    }
    if (!engine.bias.empty()) stages.insert("logit_bias");
    if (!engine.budget.tokens.empty()) stages.insert("thinking_budget");
    absl::StrAppend(&section, "| ", engine.name, " | ",
                    absl::StrJoin(stages, " ",
                                  [](std::string* out, absl::string_view name) {
                                    absl::StrAppend(out, Quoted(name));
                                  }),
                    " |\n");
  }
  return section;
}

}  // namespace

std::string ImportReference() {
  std::string page = absl::StrCat(kIntroduction, Numbers(), WayBack());
  for (const RuntimeInfo& runtime : importers::Runtimes()) {
    page += Section(runtime);
  }
  return page;
}

}  // namespace sampler::tools
