// The `sampler` binary: runs its command line and guards the boundary.

#include <csignal>
#include <cstdio>
#include <exception>
#include <memory>
#include <new>

#include "CLI/CLI.hpp"
#include "tools/app.h"
#include "tools/output.h"
#include "tools/usage.h"

namespace sampler::tools {
namespace {

int Run(int argc, char** argv) {
  int exit_code = 0;
  const std::unique_ptr<CLI::App> app = MakeApp(exit_code);
  try {
    app->parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    // Help and version come this way too.
    if (error.get_exit_code() == 0) return app->exit(error);
    return Fail(UsageError(*app, error, argc, argv), AsksForJson(argc, argv));
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
