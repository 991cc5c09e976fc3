// The `sampler` binary: assembles the subcommands and guards the boundary.

#include <csignal>
#include <cstdio>
#include <cstring>
#include <exception>
#include <memory>
#include <string>

#include "tools/commands.h"
#include "tools/output.h"

namespace sampler::tools {
namespace {

constexpr char kDescription[] =
    R"(sampler: what would these settings have done with these logits?

Examples:
  sampler replay run.safetensors --config balanced --seed 42
  sampler replay run.safetensors --top-k 40 --temp 0.8 --jsonl > rows.jsonl
  sampler validate chain.json
)";

// CLI11's help without its remarks behind option names, and with the first line
// of a command's description in the list of commands.
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

// Usage errors happen before the options that ask for JSON are known.
bool AsksForJson(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--json") == 0) return true;
    if (std::strcmp(argv[i], "--jsonl") == 0) return true;
  }
  return false;
}

int Run(int argc, char** argv) {
  CLI::App app(kDescription, "sampler");
  app.set_version_flag("--version", "sampler " + std::string(kVersion));
  app.require_subcommand(1);
  app.formatter(std::make_shared<HelpFormatter>());
  app.failure_message(CLI::FailureMessage::simple);

  int exit_code = 0;
  AddReplay(app, exit_code);
  AddExplain(app, exit_code);
  AddInspect(app, exit_code);
  AddValidate(app, exit_code);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    // Help and version come this way too.
    if (error.get_exit_code() == 0) return app.exit(error);
    return Fail(
        WithHint(absl::InvalidArgumentError(error.what()),
                 "sampler --help, or sampler COMMAND --help, says what is "
                 "known"),
        AsksForJson(argc, argv));
  }
  return exit_code;
}

}  // namespace
}  // namespace sampler::tools

int main(int argc, char** argv) {
  // A reader that has seen enough (head) ends the program quietly.
  std::signal(SIGPIPE, SIG_DFL);
  try {
    return sampler::tools::Run(argc, argv);
  } catch (const std::bad_alloc&) {
    std::fputs("error: out of memory\n", stderr);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "error: internal: %s\n", error.what());
  }
  return 2;
}
