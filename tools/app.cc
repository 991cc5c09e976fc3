#include "tools/app.h"

#include <algorithm>
#include <cstdlib>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "sampler/kernels/dispatch.h"
#include "sampler/parameters/spelling.h"
#include "tools/commands.h"
#include "tools/options/output_names.h"
#include "tools/options/usage.h"
#include "tools/process/process.h"
#include "tools/text/output.h"

namespace sampler::tools {
namespace {

constexpr char kDescription[] =
    R"(sampler: what would these settings have done with these logits?

Examples:
  sampler inspect run.safetensors
  sampler replay run.safetensors --config balanced --seed 42
  sampler replay run.safetensors --top-k 40 --temp 0.8 --jsonl > rows.jsonl
  sampler explain run.safetensors --row 118 --config chain.json
  sampler compare run.safetensors --a top_p=0.95 --b "min_p=0.05;temp=1.5"
  sampler sweep run.safetensors --param min_p=0.02:0.2:0.02
  sampler verify run.safetensors --config balanced --seed 42
  sampler validate chain.json
  sampler import llama.cpp request.json > chain.json
  sampler convert run.safetensors small.safetensors --top-k 64
  sampler detect text.json --scheme vllm --key-file vllm.key
)";

// What the tool says when it is asked for nothing.
constexpr char kTour[] =
    R"(sampler: what would these settings have done with these logits?

What is in a log, and can it be trusted?
  sampler inspect run.safetensors
What would a chain have kept and drawn at every row?
  sampler replay run.safetensors --config balanced --seed 42
Why was this token drawn, and which stage removed that one?
  sampler explain run.safetensors --row 18 --config balanced
How do two chains differ, or two models on one text?
  sampler compare run.safetensors --a top_p=0.95 --b "min_p=0.05;temp=1.5"
How do the metrics move along a parameter?
  sampler sweep run.safetensors --param min_p=0.02:0.2:0.02
Was it drawn by this chain and this seed? Does my own sampler agree with this?
  sampler verify run.safetensors --top-k 40 --top-p 0.95 --temp 0.8 --claim law
  sampler vectors > vectors.json
What do the settings of another runtime mean here? Is a config right?
  sampler import llama.cpp request.json > chain.json
  sampler validate chain.json
The same log in another format, and what it loses:
  sampler convert run.safetensors small.safetensors --top-k 64
Does a text carry a watermark?
  sampler detect text.json --scheme vllm --key-file vllm.key

A log is a file of logits that were recorded (safetensors, .npy, llama.cpp's
_logits_), or what a server answered with log-probabilities (JSON). In the
project's folder, tests/data/tour.sh FOLDER makes files of the names above.
sampler --help and sampler COMMAND --help say more.
)";

// A variable that is set and means nothing is an error, as an option is.
void CheckEnvironment() {
  const char* const simd = std::getenv("SAMPLER_SIMD");
  if (simd == nullptr) return;
  const std::vector<absl::string_view> targets = kernels::SimdTargets();
  if (std::find(targets.begin(), targets.end(), simd) != targets.end()) return;
  throw CLI::ValidationError(
      "SAMPLER_SIMD (environment)",
      absl::StrCat("got ", Printable(Shortened(simd)), ", want one of ",
                   absl::StrJoin(targets, ", "), ", or no such variable"));
}

struct Command {
  absl::string_view name;
  void (*add)(CLI::App& app, int& exit_code);
};

constexpr Command kCommands[] = {
    {"replay", AddReplay},   {"explain", AddExplain},   {"compare", AddCompare},
    {"sweep", AddSweep},     {"verify", AddVerify},     {"vectors", AddVectors},
    {"inspect", AddInspect}, {"validate", AddValidate}, {"import", AddImport},
    {"export", AddExport},   {"convert", AddConvert},   {"detect", AddDetect}};

std::unique_ptr<CLI::App> MakeAppOf(absl::Span<const Command> commands,
                                    int& exit_code) {
  auto app = std::make_unique<CLI::App>(kDescription, "sampler");
  app->set_version_flag("--version", "sampler " + std::string(kVersion));
  app->require_subcommand(1);
  app->preparse_callback([](std::size_t) { CheckEnvironment(); });
  app->formatter(MakeHelpFormatter());
  // Before the command runs.
  app->parse_complete_callback([parser = app.get()] {
    for (const CLI::App* const command : parser->get_subcommands()) {
      CheckOutputNames(*command);
    }
  });
  for (const Command& command : commands) command.add(*app, exit_code);
  return app;
}

// The commands that a command line needs: to declare the options of all takes
// longer than most commands run.
absl::Span<const Command> CommandsFor(absl::string_view first_argument) {
  for (const Command& command : kCommands) {
    if (command.name == first_argument) return absl::MakeSpan(&command, 1);
  }
  return kCommands;
}

}  // namespace

std::unique_ptr<CLI::App> MakeApp(int& exit_code) {
  return MakeAppOf(kCommands, exit_code);
}

int RunCommandLine(int argc, const char* const* argv) {
  if (argc <= 1) {
    Write(kTour);
    const absl::Status written = FinishOutput();
    return written.ok() ? 0 : Fail(written, /*json=*/false);
  }
  int exit_code = 0;
  const std::unique_ptr<CLI::App> app =
      MakeAppOf(CommandsFor(argv[1]), exit_code);
  return ParseArguments(*app, argc, argv).value_or(exit_code);
}

}  // namespace sampler::tools
