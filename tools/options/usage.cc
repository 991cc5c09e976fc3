#include "tools/options/usage.h"

#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "sampler/parameters/spelling.h"
#include "tools/text/output.h"

namespace sampler::tools {
namespace {

class HelpFormatter final : public CLI::Formatter {
 public:
  HelpFormatter() { column_width(30); }

  std::string make_option_opts(const CLI::Option* option) const override {
    const std::string value = option->get_type_name();
    return value.empty() ? "" : " " + value;
  }

  std::string make_subcommand(const CLI::App* command) const override {
    const std::string description = command->get_description();
    std::string line = "  " + command->get_name();
    line.resize(get_column_width() / 2, ' ');
    return line + description.substr(0, description.find('\n')) + "\n";
  }
};

std::vector<absl::string_view> Views(const std::vector<std::string>& texts) {
  return {texts.begin(), texts.end()};
}

// About the command, if that is what is unknown.
std::string UnknownCommand(const CLI::App& app, absl::string_view given) {
  if (given.empty() || given[0] == '-') return "";
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands(/*filter=*/{})) {
    if (command->get_name() == given) return "";
    names.push_back(command->get_name());
  }
  return UnknownName("command", given, Views(names));
}

// About the first argument that its command does not know.
std::string UnknownArgument(const CLI::App& app) {
  const std::vector<std::string> unknown = app.remaining(/*recurse=*/true);
  if (unknown.empty()) return "";
  const std::vector<CLI::App*> commands = app.get_subcommands();
  const CLI::App& command = commands.empty() ? app : *commands.front();
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options()) {
    for (const std::string& name : option->get_lnames()) {
      names.push_back("--" + name);
    }
  }
  const std::string given = unknown[0].substr(0, unknown[0].find('='));
  return absl::StrCat("unexpected argument \"", unknown[0], "\"",
                      DidYouMean(given, Views(names)));
}

}  // namespace

std::shared_ptr<CLI::Formatter> MakeHelpFormatter() {
  return std::make_shared<HelpFormatter>();
}

absl::Status UsageError(const CLI::App& app, const CLI::ParseError& error,
                        int argc, const char* const* argv) {
  std::string message = UnknownCommand(app, argc > 1 ? argv[1] : "");
  if (message.empty() &&
      error.get_exit_code() == static_cast<int>(CLI::ExitCodes::ExtrasError)) {
    message = UnknownArgument(app);
  }
  if (message.empty()) message = error.what();
  return WithHint(
      absl::InvalidArgumentError(Printable(message)),
      "sampler --help, or sampler COMMAND --help, says what is known");
}

bool AsksForJson(int argc, const char* const* argv) {
  for (int i = 1; i < argc; ++i) {
    const absl::string_view argument = argv[i];
    if (argument == "--json" || argument == "--jsonl") return true;
  }
  return false;
}

}  // namespace sampler::tools
