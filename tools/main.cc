// The `sampler` binary: runs its command line.

#include "tools/app.h"
#include "tools/process/process.h"

int main(int argc, char** argv) {
  namespace tools = sampler::tools;
  tools::PrepareProcess();
  const int code =
      tools::RunGuarded([&] { return tools::RunCommandLine(argc, argv); });
  tools::EndIfInterrupted();
  return code;
}
