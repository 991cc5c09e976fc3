#include "tools/docs/stage_reference.h"

#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "sampler/candidates/candidates.h"
#include "sampler/importers/field_table.h"
#include "sampler/importers/importer.h"

namespace sampler::tools {
namespace {

constexpr char kIntroduction[] =
    R"(# Stages

Every stage of the library: what it does, its parameters, and the contract of
its header. A pipeline is any list of them that ends in a draw
([config format](../../configs/README.md)). Any stage may stand anywhere and any
number of times, each with its own parameters (`adaptive_p` directly before the
draw only).

This page is made from the stage registry and the headers beside it by
`tools/docs/stage_reference.cc`; a test keeps it so.

In the formulas l is a logit as the stage meets it, M the largest of them, p the
softmax over the survivors, H its entropy in nats, V the size of the vocabulary,
S the total mass, U 64 random bits. Candidates are ordered by logit, ties by the
lower id. How to write a stage: [ADDING.md](ADDING.md).

Not here: what needs hidden states or embeddings (Top-W, DoLa, contrastive search,
GUARD). Contrastive decoding and CAD are `min_p`, then `guidance` with scale 1 + b.
)";

struct Group {
  StageGroup group;
  absl::string_view folder;  // Below the folder of all stages.
  absl::string_view title;
  absl::string_view meaning;
};
constexpr Group kGroups[] = {
    {StageGroup::kEdit, "edits", "Logit edits", "change or ban single tokens"},
    {StageGroup::kShape, "shapes", "Shaping",
     "change the distribution as a whole"},
    {StageGroup::kTruncate, "truncations", "Truncation", "remove candidates"},
    {StageGroup::kDraw, "draws", "Draws",
     "end a pipeline by choosing the token"}};

// A bar would end a table cell.
std::string Cell(absl::string_view text) {
  return absl::StrReplaceAll(text, {{"|", "\\|"}});
}

// The comment at the top of a header, without its slashes.
absl::StatusOr<std::string> LeadingComment(const std::string& path) {
  std::ifstream file(path);
  std::string comment;
  std::string line;
  while (std::getline(file, line) && absl::StartsWith(line, "//")) {
    absl::string_view text = line;
    absl::ConsumePrefix(&text, "//");
    absl::ConsumePrefix(&text, " ");
    absl::StrAppend(&comment, text, "\n");
  }
  if (comment.empty()) {
    return absl::NotFoundError(
        absl::StrCat(path, ": want a header that begins with a comment"));
  }
  return comment;
}

std::string DefaultText(const Parameter& parameter) {
  if (parameter.required()) return "required";
  if (!parameter.default_value().has_value()) return "absent";
  return absl::StrCat("`", ToText(*parameter.default_value()), "`");
}

void AppendRows(const ParameterTable& table, const std::string& prefix,
                std::string& out) {
  for (const Parameter& parameter : table) {
    absl::StrAppend(&out, "| `", prefix, parameter.name(), "` | ",
                    Cell(parameter.Allowed()), " | ", DefaultText(parameter),
                    " | ", Cell(parameter.meaning()), " |\n");
    AppendRows(parameter.fields(), absl::StrCat(prefix, parameter.name(), "."),
               out);
  }
}

std::string ParameterRows(const ParameterTable& table) {
  if (table.empty()) return "No parameters.\n";
  std::string rows =
      "| parameter | value | default | meaning |\n|---|---|---|---|\n";
  AppendRows(table, "", rows);
  return rows;
}

// "`top_k` (ties keep_all)": fields that become the stage begin their meaning
// with its name, and go on with what is particular to them.
std::string Elsewhere(absl::string_view stage) {
  std::vector<std::string> runtimes;
  for (const importers::RuntimeInfo& runtime : importers::Runtimes()) {
    std::vector<std::string> fields;
    for (const importers::Field& field : *runtime.fields) {
      absl::string_view rest = field.meaning;
      if (field.use != importers::FieldUse::kSetting ||
          !absl::ConsumePrefix(&rest, stage)) {
        continue;
      }
      if (!rest.empty() && !absl::StrContains(",; (", rest.front())) continue;
      fields.push_back(absl::StrCat("`", field.name, "`"));
    }
    if (fields.empty()) continue;
    runtimes.push_back(
        absl::StrCat(runtime.name, " ", absl::StrJoin(fields, " ")));
  }
  if (runtimes.empty()) return "";
  return absl::StrCat("Also in ([how](../importers/README.md)): ",
                      absl::StrJoin(runtimes, ", "), ".\n\n");
}

// The stage's header: in `folder` or in a folder of that.
std::string HeaderOf(const StageType& type, const std::string& folder) {
  const std::string name = absl::StrCat(type.name, ".h");
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator(folder, none)) {
    const std::filesystem::path path = entry.path() / name;
    if (std::filesystem::exists(path, none)) return path.string();
  }
  return absl::StrCat(folder, "/", name);
}

absl::StatusOr<std::string> Section(const StageType& type,
                                    const std::string& folder) {
  const absl::StatusOr<std::string> comment =
      LeadingComment(HeaderOf(type, folder));
  if (!comment.ok()) return comment.status();
  return absl::StrCat("\n### ", type.name, "\n\n", type.summary, "\n\n    ",
                      type.formula, "\n\nSource: ", type.source, ".\n\n",
                      Elsewhere(type.name), ParameterRows(type.parameters),
                      "\n```text\n", *comment, "```\n");
}

// All stages at a glance.
std::string Overview(const StageRegistry& registry) {
  std::string rows =
      "\n| stage | definition | parameters | source |\n|---|---|---|---|\n";
  for (const StageType& type : registry.types()) {
    std::vector<std::string> names;
    for (const Parameter& parameter : type.parameters) {
      names.push_back(absl::StrCat("`", parameter.name(), "`"));
    }
    absl::StrAppend(&rows, "| [", type.name, "](#", type.name, ") | ",
                    Cell(type.formula), " | ",
                    names.empty() ? "-" : absl::StrJoin(names, " "), " | ",
                    Cell(type.source), " |\n");
  }
  return rows;
}

}  // namespace

absl::StatusOr<std::string> StageReference(const StageRegistry& registry,
                                           const std::string& stages_folder) {
  std::string contents = "\n";
  std::string sections;
  for (const Group& group : kGroups) {
    std::vector<std::string> links;
    absl::StrAppend(&sections, "\n## ", group.title, "\n");
    for (const StageType& type : registry.types()) {
      if (type.group != group.group) continue;
      absl::StatusOr<std::string> section =
          Section(type, absl::StrCat(stages_folder, "/", group.folder));
      if (!section.ok()) return section.status();
      sections += *section;
      links.push_back(absl::StrCat("[", type.name, "](#", type.name, ")"));
    }
    absl::StrAppend(&contents, "- **", group.title, "** (", group.meaning,
                    "): ", absl::StrJoin(links, ", "), "\n");
  }
  return absl::StrCat(kIntroduction, contents, Overview(registry), sections);
}

}  // namespace sampler::tools
