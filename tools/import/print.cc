#include "tools/import/print.h"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "nlohmann/json.hpp"
#include "sampler/config.h"
#include "sampler/parameters/spelling.h"

namespace sampler::tools {
namespace {

using importers::Outcome;
using importers::ReportEntry;

constexpr std::size_t kColumns = 100;
constexpr std::size_t kLongestValue = 24;
constexpr std::size_t kLongestField = 34;

// At most `longest` bytes, of whole characters.
std::string Cut(std::string text, std::size_t longest) {
  if (text.size() <= longest) return text;
  std::size_t end = longest - 3;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) {
    --end;
  }
  return absl::StrCat(text.substr(0, end), "...");
}

std::string ValueText(const Value& value) {
  if (value.is_null()) return "-";
  return Cut(Printable(ToText(value)), kLongestValue);
}

std::string Padded(std::string text, std::size_t width) {
  if (text.size() < width) text.resize(width, ' ');
  return text;
}

// `text` broken between words; all lines but the first indented.
std::string Wrapped(const std::string& text, std::size_t indent) {
  std::string out;
  std::size_t column = indent;
  for (const absl::string_view word : absl::StrSplit(text, ' ')) {
    const bool first = column == indent;
    if (!first && column + 1 + word.size() > kColumns) {
      absl::StrAppend(&out, "\n", std::string(indent, ' '));
      column = indent;
    } else if (!first) {
      out += ' ';
      ++column;
    }
    absl::StrAppend(&out, word);
    column += word.size();
  }
  return out;
}

std::string EffectText(const ReportEntry& entry) {
  if (entry.outcome == Outcome::kApplied) return entry.effect;
  return absl::StrCat(importers::ToText(entry.outcome), ": ", entry.effect);
}

// "3 applied, 1 harmless, 2 lost, 0 unknown".
std::string CountsText(const importers::OutcomeCounts& counts) {
  std::string text =
      absl::StrCat(counts.applied, " applied, ", counts.harmless, " harmless, ",
                   counts.lost, " lost, ", counts.unknown, " unknown");
  if (counts.refused > 0) {
    absl::StrAppend(&text, ", ", counts.refused, " refused");
  }
  return text;
}

}  // namespace

std::string ReportText(const importers::ImportReport& report) {
  std::size_t field = 5;
  std::size_t value = 5;
  for (const ReportEntry& entry : report.entries) {
    field = std::max(field, Printable(entry.field).size());
    value = std::max(value, ValueText(entry.value).size());
  }
  field = std::min(field, kLongestField);
  constexpr std::size_t kFrom = 7;
  const std::size_t indent = field + 2 + value + 2 + kFrom + 2;
  std::string out = absl::StrCat("settings of ", report.runtime,
                                 "; \"default\" is its own\n");
  if (!report.recognised.empty()) {
    absl::StrAppend(
        &out,
        Wrapped(absl::StrCat("recognised by ", Printable(report.recognised)),
                2),
        "\n");
  }
  absl::StrAppend(&out, Padded("field", field + 2), Padded("value", value + 2),
                  Padded("from", kFrom + 2), "effect\n");
  for (const ReportEntry& entry : report.entries) {
    absl::StrAppend(
        &out, Padded(Cut(Printable(entry.field), field), field + 2),
        Padded(ValueText(entry.value), value + 2),
        Padded(std::string(importers::ToText(entry.provenance)), kFrom + 2),
        Wrapped(Printable(EffectText(entry)), indent), "\n");
  }
  absl::StrAppend(&out, CountsText(report.counts), "\n");
  return out;
}

Json ImportJson(const std::optional<PipelineConfig>& config,
                const importers::ImportReport& report) {
  Json entries = Json::array();
  for (const ReportEntry& entry : report.entries) {
    entries.push_back(
        {{"field", entry.field},
         {"value", ToText(entry.value)},
         {"from", std::string(importers::ToText(entry.provenance))},
         {"outcome", std::string(importers::ToText(entry.outcome))},
         {"effect", entry.effect}});
  }
  const importers::OutcomeCounts& counts = report.counts;
  Json json = {
      {"schema", "sampler.import/1"},
      {"tool_version", std::string(kVersion)},
      {"runtime", report.runtime},
      {"recognised",
       report.recognised.empty() ? Json() : Json(report.recognised)},
      {"config", config.has_value() ? Json::parse(ToJson(*config)) : Json()}};
  json["report"] = std::move(entries);
  json["counts"] = {{"applied", counts.applied},
                    {"harmless", counts.harmless},
                    {"lost", counts.lost},
                    {"unknown", counts.unknown},
                    {"refused", counts.refused}};
  return json;
}

}  // namespace sampler::tools
