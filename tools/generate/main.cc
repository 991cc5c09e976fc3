// `sampler-generate`: a real generation loop around the sampler, with llama.cpp
// as the model.

#include <optional>
#include <string>

#include "CLI/CLI.hpp"
#include "tools/generate/generate.h"
#include "tools/options/usage.h"
#include "tools/process/process.h"
#include "tools/text/output.h"

namespace sampler::tools {
namespace {

int Run(int argc, const char* const* argv) {
  GenerateOptions options;
  CLI::App app(kGenerateDescription, "sampler-generate");
  app.set_version_flag("--version",
                       "sampler-generate " + std::string(kVersion));
  app.formatter(MakeHelpFormatter());
  AddGenerateOptions(app, options);
  const std::optional<int> done = ParseArguments(app, argc, argv);
  if (done.has_value()) return *done;
  const absl::Status status = Generate(options);
  return status.ok() ? 0 : Fail(status, options.output.json_errors());
}

}  // namespace
}  // namespace sampler::tools

int main(int argc, char** argv) {
  sampler::tools::PrepareProcess();
  return sampler::tools::RunGuarded(
      [&] { return sampler::tools::Run(argc, argv); });
}
