#include "tools/import/print.h"

#include <algorithm>
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

std::string ValueText(const Value& value) {
  if (value.is_null()) return "-";
  std::string text = Printable(ToText(value));
  if (text.size() > kLongestValue) {
    std::size_t end = kLongestValue - 3;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) {
      --end;
    }
    text = absl::StrCat(text.substr(0, end), "...");
  }
  return text;
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
  switch (entry.outcome) {
    case Outcome::kApplied:
      return entry.effect;
    case Outcome::kNeutral:
      return absl::StrCat("neutral: ", entry.effect);
    case Outcome::kNoEffect:
      return absl::StrCat("no effect: ", entry.effect);
    case Outcome::kUnknown:
      break;
  }
  return absl::StrCat("unknown: ", entry.effect);
}

}  // namespace

std::string ImportText(const importers::Imported& imported) {
  const std::vector<ReportEntry>& entries = imported.report.entries;
  std::size_t field = 5;
  std::size_t value = 5;
  for (const ReportEntry& entry : entries) {
    field = std::max(field, Printable(entry.field).size());
    value = std::max(value, ValueText(entry.value).size());
  }
  constexpr std::size_t kFrom = 7;
  const std::size_t indent = field + 2 + value + 2 + kFrom + 2;
  std::string out = absl::StrCat(
      "settings of ", imported.report.runtime, "; \"default\" is its own\n",
      Padded("field", field + 2), Padded("value", value + 2),
      Padded("from", kFrom + 2), "effect\n");
  for (const ReportEntry& entry : entries) {
    absl::StrAppend(
        &out, Padded(Printable(entry.field), field + 2),
        Padded(ValueText(entry.value), value + 2),
        Padded(std::string(importers::ToText(entry.provenance)), kFrom + 2),
        Wrapped(Printable(EffectText(entry)), indent), "\n");
  }
  return out;
}

Json ImportJson(const importers::Imported& imported) {
  Json report = Json::array();
  for (const ReportEntry& entry : imported.report.entries) {
    report.push_back(
        {{"field", entry.field},
         {"value", ToText(entry.value)},
         {"from", std::string(importers::ToText(entry.provenance))},
         {"outcome", std::string(importers::ToText(entry.outcome))},
         {"effect", entry.effect}});
  }
  return {{"schema", "sampler.import/1"},
          {"tool_version", std::string(kVersion)},
          {"runtime", imported.report.runtime},
          {"config", Json::parse(ToJson(imported.config))},
          {"report", std::move(report)}};
}

}  // namespace sampler::tools
