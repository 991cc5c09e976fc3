// llama-server's models-preset files.

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "sampler/importers/formats/formats.h"
#include "sampler/parameters/spelling.h"

namespace sampler::importers {
namespace {

constexpr absl::string_view kEveryModel = "*";

struct Line {
  std::string section;
  std::string key;
  std::string value;
};

// The text before a comment, without spaces around it.
absl::string_view Sense(absl::string_view line) {
  line = absl::StripAsciiWhitespace(line);
  if (line.empty() || line[0] == '#' || line[0] == ';') return "";
  const std::size_t comment = std::min(line.find(" #"), line.find(" ;"));
  return absl::StripAsciiWhitespace(line.substr(0, comment));
}

// A list of JSON is none.
bool IsSection(absl::string_view line) {
  return line.size() > 2 && line.front() == '[' && line.back() == ']' &&
         line.find_first_of("\",{[", 1) == absl::string_view::npos;
}

std::vector<Line> ReadLines(absl::string_view text,
                            std::vector<Problem>& problems) {
  std::vector<Line> lines;
  std::string section(kEveryModel);  // What stands above the first one.
  std::int64_t number = 0;
  for (const absl::string_view raw : absl::StrSplit(text, '\n')) {
    ++number;
    const absl::string_view line = Sense(raw);
    if (line.empty()) continue;
    if (IsSection(line)) {
      section = std::string(line.substr(1, line.size() - 2));
      continue;
    }
    const std::pair<absl::string_view, absl::string_view> parts =
        absl::StrSplit(line, absl::MaxSplits('=', 1));
    if (!absl::StrContains(line, '=')) {
      problems.push_back(
          {"", absl::StrCat("line ", number, ": got ", Shortened(line),
                            ", want \"[section]\" or \"key = value\"")});
      return {};
    }
    lines.push_back({section,
                     std::string(absl::StripAsciiWhitespace(parts.first)),
                     std::string(absl::StripAsciiWhitespace(parts.second))});
  }
  return lines;
}

// "top-k" -> "--top-k", "c" -> "-c"; variables stay.
std::string FlagOf(const std::string& key) {
  if (absl::StartsWith(key, "LLAMA_ARG_")) return key;
  const std::string flag = absl::StrReplaceAll(key, {{"_", "-"}});
  return absl::StrCat(key.size() == 1 ? "-" : "--", flag);
}

// The sections that name a model, in the order of the file.
std::vector<std::string> Models(const std::vector<Line>& lines) {
  std::vector<std::string> models;
  for (const Line& line : lines) {
    if (line.section != kEveryModel &&
        std::find(models.begin(), models.end(), line.section) == models.end()) {
      models.push_back(line.section);
    }
  }
  return models;
}

}  // namespace

bool BeginsWithSection(absl::string_view text) {
  for (const absl::string_view raw : absl::StrSplit(text, '\n')) {
    const absl::string_view line = Sense(raw);
    if (!line.empty()) return IsSection(line);
  }
  return false;
}

bool IsIni(absl::string_view text) {
  bool section = false;
  for (const absl::string_view raw : absl::StrSplit(text, '\n')) {
    const absl::string_view line = Sense(raw);
    if (absl::StartsWith(line, "ExecStart")) return false;  // A systemd unit.
    if (line.empty()) continue;
    if (!section && IsSection(line)) {
      section = true;
    } else if (!section && !absl::StartsWith(line, "version")) {
      return false;
    }
  }
  return section;
}

std::vector<Setting> ReadIniPreset(absl::string_view text,
                                   absl::string_view section,
                                   std::vector<Problem>& problems) {
  const std::vector<Line> lines = ReadLines(text, problems);
  const std::vector<std::string> models = Models(lines);
  std::string chosen(section);
  if (chosen.empty() && models.size() == 1) chosen = models[0];
  if (chosen.empty() && models.size() > 1) {
    problems.push_back(
        {"", absl::StrCat("settings of ", models.size(), " models (",
                          Shortened(absl::StrJoin(models, ", "), 300),
                          "): say which (--section)")});
    return {};
  }
  if (!section.empty() &&
      std::find(models.begin(), models.end(), section) == models.end()) {
    const std::vector<absl::string_view> known(models.begin(), models.end());
    problems.push_back({"", UnknownName("section", section, known)});
    return {};
  }
  std::vector<Setting> settings;
  for (const Line& line : lines) {
    if (line.section != chosen && line.section != kEveryModel) continue;
    const std::string flag = FlagOf(line.key);
    settings.push_back({flag, flag,
                        absl::StartsWith(flag, "-")
                            ? LlamaFlagValue(flag, line.value)
                            : NumberOrText(line.value),
                        line.key, line.section != chosen});
  }
  return settings;
}

}  // namespace sampler::importers
