// The tool's command line as plain data, read out of its parser: what shell
// completions and the man page are made from, so that they cannot disagree with
// what the tool accepts.
//
// Tested by: tests/tools/docs/command_reference_test.cc.

#ifndef SAMPLER_TOOLS_DOCS_COMMAND_LINE_H_
#define SAMPLER_TOOLS_DOCS_COMMAND_LINE_H_

#include <string>
#include <vector>

namespace sampler::tools {

struct ArgumentInfo {
  std::vector<std::string> names;         // "--config", "-c"; none: positional.
  std::string value;                      // "FILE"; "": takes none.
  std::string help;                       // One line.
  std::vector<std::string> choices = {};  // What can stand there,
  bool takes_file = false;                // and can it be a file?
  bool repeatable = false;
  bool required = false;

  bool is_option() const { return !names.empty(); }
};

struct CommandInfo {
  std::string name;
  std::string summary;      // The first line of its help.
  std::string description;  // The lines after it.
  std::vector<ArgumentInfo> arguments;
  std::vector<CommandInfo> commands = {};
};

// The tool, with its commands.
CommandInfo DescribeTool();

// All words that may stand for a positional argument of `command`.
std::vector<std::string> PositionalChoices(const CommandInfo& command);

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_DOCS_COMMAND_LINE_H_
