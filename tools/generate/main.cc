// `sampler-generate`: a real generation loop around the sampler, with llama.cpp
// as the model.

#include <csignal>
#include <cstdio>
#include <exception>
#include <string>
#include <thread>

#include "CLI/CLI.hpp"
#include "tools/generate/generate.h"
#include "tools/output.h"
#include "tools/usage.h"

namespace sampler::tools {
namespace {

int Run(int argc, char** argv) {
  GenerateOptions options;
  CLI::App app(kGenerateDescription, "sampler-generate");
  app.set_version_flag("--version",
                       "sampler-generate " + std::string(kVersion));
  app.formatter(MakeHelpFormatter());
  AddGenerateOptions(app, options);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    // Help and version come this way too.
    if (error.get_exit_code() == 0) return app.exit(error);
    return Fail(UsageError(app, error, argc, argv), AsksForJson(argc, argv));
  }
  const absl::Status status = Generate(options);
  return status.ok() ? 0 : Fail(status, options.output.json_errors());
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
