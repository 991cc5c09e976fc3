#include "tools/docs/man_page.h"

#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace sampler::tools {
namespace {

std::string Escape(absl::string_view text) {
  std::string out = absl::StrReplaceAll(text, {{"\\", "\\e"}, {"-", "\\-"}});
  // A line that begins like a request is text.
  if (!out.empty() && (out[0] == '.' || out[0] == '\'')) out.insert(0, "\\&");
  return out;
}

// Paragraphs, and lines that are indented as they stand.
void AppendText(std::string& out, absl::string_view text) {
  bool verbatim = false;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    const bool indented = !line.empty() && line[0] == ' ';
    if (indented != verbatim) {
      absl::StrAppend(&out, indented ? ".PP\n.EX\n" : ".EE\n");
      verbatim = indented;
    }
    if (absl::StartsWith(line, "Exit code")) absl::StrAppend(&out, ".PP\n");
    absl::StrAppend(&out, line.empty() ? ".PP" : Escape(line), "\n");
  }
  if (verbatim) absl::StrAppend(&out, ".EE\n");
}

void AppendArgument(std::string& out, const ArgumentInfo& argument) {
  const std::string value =
      argument.value.empty()
          ? ""
          : absl::StrCat("\\fI", Escape(argument.value), "\\fR");
  const std::string names = absl::StrJoin(
      argument.names, ", ", [](std::string* text, const std::string& name) {
        absl::StrAppend(text, "\\fB", Escape(name), "\\fR");
      });
  absl::StrAppend(&out, ".TP\n", names,
                  names.empty() || value.empty() ? "" : " ", value, "\n",
                  Escape(argument.help), "\n");
}

std::string Usage(const CommandInfo& command) {
  std::string out = absl::StrCat("\\fB", command.name, "\\fR [OPTION]...");
  for (const ArgumentInfo& argument : command.arguments) {
    if (argument.is_option()) continue;
    std::string value = absl::StrCat("\\fI", Escape(argument.value), "\\fR");
    if (argument.repeatable) absl::StrAppend(&value, "...");
    absl::StrAppend(&out, " ",
                    argument.required ? value : absl::StrCat("[", value, "]"));
  }
  return out;
}

}  // namespace

std::string ManPage(const CommandInfo& tool, absl::string_view version) {
  std::string out = absl::StrCat(
      ".\\\" Made from the tool's options.\n.TH ",
      absl::AsciiStrToUpper(tool.name), " 1 \"\" \"", tool.name, " ", version,
      "\" \"User Commands\"\n.SH NAME\n", tool.name, " \\- ",
      Escape(absl::StripPrefix(tool.summary, tool.name + ": ")),
      "\n.SH SYNOPSIS\n");
  for (const CommandInfo& command : tool.commands) {
    absl::StrAppend(&out, "\\fB", tool.name, "\\fR ", Usage(command),
                    "\n.br\n");
  }
  absl::StrAppend(&out, ".SH DESCRIPTION\n");
  AppendText(out, tool.description);
  absl::StrAppend(&out, ".SH OPTIONS\n");
  for (const ArgumentInfo& option : tool.arguments) AppendArgument(out, option);
  absl::StrAppend(&out, ".SH COMMANDS\n");
  for (const CommandInfo& command : tool.commands) {
    absl::StrAppend(&out, ".SS ", command.name, "\n", Escape(command.summary),
                    "\n.PP\n");
    AppendText(out, command.description);
    for (const ArgumentInfo& argument : command.arguments) {
      AppendArgument(out, argument);
    }
  }
  absl::StrAppend(&out,
                  ".SH EXIT STATUS\n"
                  ".TP\n0\nDone.\n"
                  ".TP\n1\nThe input was read, and the answer is no.\n"
                  ".TP\n2\nUsage error, or input that cannot be read.\n");
  return out;
}

}  // namespace sampler::tools
