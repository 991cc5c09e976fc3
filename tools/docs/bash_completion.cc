#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tools/docs/completions.h"

namespace sampler::tools {
namespace {

constexpr char kHead[] =
    R"(# Completion of sampler for bash. Made from the tool's options.

# Fills COMPREPLY with those of the words $2 that begin with $1, and with file
# names if $3 is not empty.
_sampler_offer() {
  local word
  while IFS= read -r word; do
    COMPREPLY+=("$word")
  done < <(compgen -W "$2" -- "$1"; [[ -z $3 ]] || compgen -f -- "$1")
  [[ -z $3 ]] || compopt -o filenames 2>/dev/null
}

_sampler() {
  local current=${COMP_WORDS[COMP_CWORD]}
  local before=${COMP_WORDS[COMP_CWORD - 1]}
  COMPREPLY=()
  # "--option=value" is three words here.
  if [[ $current == '=' ]]; then
    current=
  elif [[ $before == '=' ]]; then
    before=${COMP_WORDS[COMP_CWORD - 2]}
  fi
)";

// `--color|-c`: a pattern of case.
std::string Pattern(const std::string& command, const ArgumentInfo& option) {
  return absl::StrJoin(option.names, " | ",
                       [&](std::string* out, const std::string& name) {
                         absl::StrAppend(out, "'", command, " ", name, "'");
                       });
}

std::string Offer(const std::vector<std::string>& words, bool files) {
  if (words.empty() && !files) return ":";
  return absl::StrCat("_sampler_offer \"$current\" '",
                      absl::StrJoin(words, " "), "' ", files ? "files" : "''");
}

void AppendValues(std::string& out, const CommandInfo& command) {
  for (const ArgumentInfo& option : command.arguments) {
    if (!option.is_option() || option.value.empty()) continue;
    absl::StrAppend(&out, "    ", Pattern(command.name, option), ")\n      ",
                    Offer(option.choices, option.takes_file),
                    "\n      return\n      ;;\n");
  }
}

void AppendOptions(std::string& out, const CommandInfo& command) {
  std::vector<std::string> options;
  bool files = false;
  for (const ArgumentInfo& argument : command.arguments) {
    options.insert(options.end(), argument.names.begin(), argument.names.end());
    files |= !argument.is_option() && argument.takes_file;
  }
  absl::StrAppend(&out, "    '", command.name, " -'*)\n      ",
                  Offer(options, false), "\n      ;;\n    '", command.name,
                  " '*)\n      ", Offer(PositionalChoices(command), files),
                  "\n      ;;\n");
}

}  // namespace

std::string BashCompletion(const CommandInfo& tool) {
  std::string out = kHead;
  std::vector<std::string> words;
  for (const CommandInfo& command : tool.commands) {
    words.push_back(command.name);
  }
  for (const ArgumentInfo& option : tool.arguments) {
    words.insert(words.end(), option.names.begin(), option.names.end());
  }
  absl::StrAppend(&out, "  if ((COMP_CWORD == 1)); then\n    ",
                  Offer(words, false), "\n    return\n  fi\n",
                  "  case \"${COMP_WORDS[1]} $before\" in\n");
  for (const CommandInfo& command : tool.commands) AppendValues(out, command);
  absl::StrAppend(&out, "  esac\n  case \"${COMP_WORDS[1]} $current\" in\n");
  for (const CommandInfo& command : tool.commands) AppendOptions(out, command);
  absl::StrAppend(&out, "  esac\n}\ncomplete -F _sampler ", tool.name, "\n");
  return out;
}

}  // namespace sampler::tools
