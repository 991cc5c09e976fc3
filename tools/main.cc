// The `sampler` binary: runs its command line and guards the boundary.

#include <csignal>
#include <cstdio>
#include <exception>
#include <new>

#include "tools/app.h"

int main(int argc, char** argv) {
  // A reader that has seen enough (head) ends the program quietly.
  std::signal(SIGPIPE, SIG_DFL);
  try {
    return sampler::tools::RunCommandLine(argc, argv);
  } catch (const std::bad_alloc&) {
    std::fputs("error: out of memory\n", stderr);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "error: internal: %s\n", error.what());
  }
  return 2;
}
