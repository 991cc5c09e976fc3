#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "tools/docs/completions.h"

namespace sampler::tools {
namespace {

std::string Quote(const std::string& text) {
  return absl::StrCat(
      "'", absl::StrReplaceAll(text, {{"\\", "\\\\"}, {"'", "\\'"}}), "'");
}

// What `complete` is told of a value: must there be one, and which.
std::string Value(const ArgumentInfo& argument) {
  std::string out = argument.takes_file ? " -r -F" : " -x";
  if (!argument.choices.empty()) {
    absl::StrAppend(&out, " -a ", Quote(absl::StrJoin(argument.choices, " ")));
  }
  return out;
}

void AppendOption(std::string& out, const std::string& start,
                  const ArgumentInfo& option) {
  absl::StrAppend(&out, start);
  for (const std::string& name : option.names) {
    absl::StrAppend(&out, name[1] == '-' ? " -l " + name.substr(2)
                                         : " -s " + name.substr(1));
  }
  absl::StrAppend(&out, option.value.empty() ? "" : Value(option), " -d ",
                  Quote(option.help), "\n");
}

void AppendCommand(std::string& out, const std::string& tool,
                   const CommandInfo& command) {
  const std::string start =
      absl::StrCat("complete -c ", tool, " -n '__fish_seen_subcommand_from ",
                   command.name, "'");
  bool files = false;
  for (const ArgumentInfo& argument : command.arguments) {
    if (argument.is_option()) {
      AppendOption(out, start, argument);
    } else {
      files |= argument.takes_file;
    }
  }
  absl::StrAppend(&out, start, files ? " -F" : " -f");
  const std::string words = absl::StrJoin(PositionalChoices(command), " ");
  if (!words.empty()) absl::StrAppend(&out, " -a ", Quote(words));
  absl::StrAppend(&out, "\n");
}

}  // namespace

std::string FishCompletion(const CommandInfo& tool) {
  std::string out =
      "# Completion of sampler for fish. Made from the tool's options.\n";
  const std::string start =
      absl::StrCat("complete -c ", tool.name, " -n __fish_use_subcommand");
  for (const CommandInfo& command : tool.commands) {
    absl::StrAppend(&out, start, " -f -a ", command.name, " -d ",
                    Quote(command.summary), "\n");
  }
  for (const ArgumentInfo& option : tool.arguments) {
    AppendOption(out, start, option);
  }
  for (const CommandInfo& command : tool.commands) {
    AppendCommand(out, tool.name, command);
  }
  return out;
}

}  // namespace sampler::tools
