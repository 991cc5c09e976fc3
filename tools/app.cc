#include "tools/app.h"

#include <string>

#include "CLI/CLI.hpp"
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

}  // namespace

std::unique_ptr<CLI::App> MakeApp(int& exit_code) {
  auto app = std::make_unique<CLI::App>(kDescription, "sampler");
  app->set_version_flag("--version", "sampler " + std::string(kVersion));
  app->require_subcommand(1);
  app->formatter(MakeHelpFormatter());
  AddReplay(*app, exit_code);
  AddExplain(*app, exit_code);
  AddInspect(*app, exit_code);
  AddValidate(*app, exit_code);
  AddImport(*app, exit_code);
  AddConvert(*app, exit_code);
  return app;
}

}  // namespace sampler::tools
