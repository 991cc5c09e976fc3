#include "tools/docs/command_line.h"

#include <memory>
#include <utility>

#include "CLI/CLI.hpp"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "sampler/importers/exporter.h"
#include "sampler/importers/importer.h"
#include "sampler/presets.h"
#include "tools/app.h"

namespace sampler::tools {
namespace {

std::string OneLine(const std::string& text) {
  return absl::StrReplaceAll(text, {{"\n", " "}});
}

// The words of an option's help that its check lets pass: "auto, always or
// never". (Checks keep their sets to themselves, and numbers are no words.)
std::vector<std::string> AcceptedWords(CLI::Option& option) {
  const CLI::Validator* check = nullptr;
  try {
    check = option.get_validator();
  } catch (const CLI::OptionNotFound&) {
    return {};
  }
  std::vector<std::string> words;
  const std::string help = option.get_description();
  for (absl::string_view part :
       absl::StrSplit(help, absl::ByAnyChar(" ,;:\n()"), absl::SkipEmpty())) {
    std::string word(part);
    if (!absl::ascii_isalpha(static_cast<unsigned char>(word[0]))) continue;
    std::string checked = word;  // A check may rewrite what it is given.
    if ((*check)(checked).empty()) words.push_back(std::move(word));
  }
  return words;
}

ArgumentInfo Describe(CLI::Option& option) {
  ArgumentInfo info;
  for (const std::string& name : option.get_lnames()) {
    info.names.push_back(absl::StrCat("--", name));
  }
  for (const std::string& name : option.get_snames()) {
    info.names.push_back(absl::StrCat("-", name));
  }
  info.value = info.is_option() ? option.get_type_name() : option.get_name();
  info.help = OneLine(option.get_description());
  info.choices = AcceptedWords(option);
  info.repeatable = option.get_items_expected_max() > 1;
  info.required = option.get_required();
  const bool takes_preset =
      info.value == "CONFIG" || absl::StrContains(info.value, "PRESET");
  if (takes_preset) {
    for (const auto& presets : {Presets(), TextPresets()}) {
      for (const Preset& preset : presets) {
        info.choices.emplace_back(preset.name);
      }
    }
  }
  if (info.value == "RUNTIME") {
    for (const absl::string_view name : importers::RuntimeNames()) {
      info.choices.emplace_back(name);
    }
  }
  if (info.value == "ENGINE") {
    for (const absl::string_view name : importers::ExportEngines()) {
      info.choices.emplace_back(name);
    }
  }
  info.takes_file = takes_preset || info.value == "FILE" ||
                    info.value == "LOG" || info.value == "OUT";
  return info;
}

CommandInfo Describe(CLI::App& app) {
  CommandInfo info;
  info.name = app.get_name();
  const std::string text = app.get_description();
  const std::pair<std::string, std::string> parts =
      absl::StrSplit(text, absl::MaxSplits('\n', 1));
  info.summary = parts.first;
  info.description = std::string(absl::StripAsciiWhitespace(parts.second));
  for (CLI::Option* option : app.get_options()) {
    info.arguments.push_back(Describe(*option));
  }
  for (CLI::App* command : app.get_subcommands(/*filter=*/{})) {
    info.commands.push_back(Describe(*command));
  }
  return info;
}

}  // namespace

CommandInfo DescribeTool() {
  int exit_code = 0;
  return Describe(*MakeApp(exit_code));
}

std::vector<std::string> PositionalChoices(const CommandInfo& command) {
  std::vector<std::string> choices;
  for (const ArgumentInfo& argument : command.arguments) {
    if (argument.is_option()) continue;
    choices.insert(choices.end(), argument.choices.begin(),
                   argument.choices.end());
  }
  return choices;
}

}  // namespace sampler::tools
