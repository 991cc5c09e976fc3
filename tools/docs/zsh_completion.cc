#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "tools/docs/completions.h"

namespace sampler::tools {
namespace {

// Inside '...', and not special to _arguments.
std::string Escape(const std::string& text) {
  return absl::StrReplaceAll(
      text, {{"'", "'\\''"}, {"[", "\\["}, {"]", "\\]"}, {":", "\\:"}});
}

std::string Action(const ArgumentInfo& argument) {
  const std::string words = absl::StrJoin(argument.choices, " ");
  if (argument.choices.empty()) return argument.takes_file ? "_files" : "";
  if (!argument.takes_file) return absl::StrCat("(", words, ")");
  return absl::StrCat("{ compadd ", words, "; _files }");
}

void AppendOption(std::string& out, const ArgumentInfo& option) {
  const std::string value =
      option.value.empty()
          ? ""
          : absl::StrCat(":", Escape(option.value), ":", Action(option));
  // Each name excludes the others, unless the option may be repeated.
  const std::string others =
      option.repeatable
          ? "*"
          : absl::StrCat("(", absl::StrJoin(option.names, " "), ")");
  for (const std::string& name : option.names) {
    absl::StrAppend(&out, "        '", others, name, "[", Escape(option.help),
                    "]", value, "' \\\n");
  }
}

void AppendCommand(std::string& out, const CommandInfo& command) {
  absl::StrAppend(&out, "    ", command.name, ")\n      _arguments -s \\\n");
  for (const ArgumentInfo& argument : command.arguments) {
    if (argument.is_option()) {
      AppendOption(out, argument);
    } else {
      absl::StrAppend(&out, "        '", argument.repeatable ? "*" : "", ":",
                      Escape(argument.value), ":", Action(argument), "' \\\n");
    }
  }
  absl::StrAppend(&out, "        && return\n      ;;\n");
}

}  // namespace

std::string ZshCompletion(const CommandInfo& tool) {
  std::string out = absl::StrCat(
      "#compdef ", tool.name,
      "\n# Completion of sampler for zsh. Made from the tool's options.\n\n"
      "_sampler() {\n"
      "  local state line\n"
      "  local -a commands=(\n");
  for (const CommandInfo& command : tool.commands) {
    absl::StrAppend(&out, "    '", command.name, ":", Escape(command.summary),
                    "'\n");
  }
  absl::StrAppend(&out, "  )\n  _arguments -C \\\n");
  for (const ArgumentInfo& option : tool.arguments) AppendOption(out, option);
  absl::StrAppend(&out,
                  "        '1:command:->command' \\\n"
                  "        '*::argument:->argument' && return\n"
                  "  if [[ $state == command ]]; then\n"
                  "    _describe command commands\n"
                  "    return\n"
                  "  fi\n"
                  "  case $line[1] in\n");
  for (const CommandInfo& command : tool.commands) AppendCommand(out, command);
  absl::StrAppend(&out,
                  "  esac\n}\n\n"
                  "if [[ $funcstack[1] == _sampler ]]; then\n"
                  "  _sampler \"$@\"\n"
                  "else\n"
                  "  compdef _sampler ",
                  tool.name, "\nfi\n");
  return out;
}

}  // namespace sampler::tools
