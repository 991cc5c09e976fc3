// Every option of every command, with something to do: what is given to a
// command line, and what of it there is to be seen.

#ifndef SAMPLER_TESTS_TOOLS_OPTIONS_GIVEN_OPTIONS_H_
#define SAMPLER_TESTS_TOOLS_OPTIONS_GIVEN_OPTIONS_H_

#include <string>
#include <vector>

namespace sampler::tools {

using Arguments = std::vector<std::string>;

struct GivenOption {
  std::string option;   // As the parser names it.
  Arguments arguments;  // It, and options that give it something to do.
  Arguments base = {};  // What they are added to; none: the command's own.
};

struct GivenCommand {
  std::string name;
  Arguments base;
  std::vector<Arguments> forms;  // Of its answer.
  std::vector<GivenOption> options;
};

// Files of these are written for the current test. `written` are those that the
// forms and options name for outputs.
std::vector<GivenCommand> GivenCommands(std::vector<std::string>& written);

// The part of it that is about `import`, which writes to `out`; `texts` is a
// vocabulary.
GivenCommand GivenImport(const std::string& out, const std::string& texts);

}  // namespace sampler::tools

#endif  // SAMPLER_TESTS_TOOLS_OPTIONS_GIVEN_OPTIONS_H_
