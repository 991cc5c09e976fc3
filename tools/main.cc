// The `sampler` binary: assembles the subcommands and guards the boundary.

#include <csignal>
#include <cstdio>
#include <exception>
#include <string>

#include "tools/commands.h"
#include "tools/output.h"
#include "tools/usage.h"

namespace sampler::tools {
namespace {

constexpr char kDescription[] =
    R"(sampler: what would these settings have done with these logits?

Examples:
  sampler inspect run.safetensors
  sampler replay run.safetensors --config balanced --seed 42
  sampler replay run.safetensors --top-k 40 --temp 0.8 --jsonl > rows.jsonl
  sampler explain run.safetensors --row 118 --config chain.json
  sampler validate chain.json
  sampler import llama.cpp request.json > chain.json
  sampler convert run.safetensors small.safetensors --top-k 64
)";

int Run(int argc, char** argv) {
  CLI::App app(kDescription, "sampler");
  app.set_version_flag("--version", "sampler " + std::string(kVersion));
  app.require_subcommand(1);
  app.formatter(MakeHelpFormatter());

  int exit_code = 0;
  AddReplay(app, exit_code);
  AddExplain(app, exit_code);
  AddInspect(app, exit_code);
  AddValidate(app, exit_code);
  AddImport(app, exit_code);
  AddConvert(app, exit_code);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    // Help and version come this way too.
    if (error.get_exit_code() == 0) return app.exit(error);
    return Fail(UsageError(app, error, argc, argv), AsksForJson(argc, argv));
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
