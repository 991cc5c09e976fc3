// `sampler export`: a config as settings of another engine, with a report of
// what that engine cannot express.

#include <memory>
#include <optional>
#include <string>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "nlohmann/json.hpp"
#include "sampler/config.h"
#include "sampler/importers/exporter.h"
#include "sampler/logs/files/output_file.h"
#include "sampler/parameters/printable.h"
#include "tools/commands.h"
#include "tools/options/config_options.h"
#include "tools/text/output.h"
#include "tools/text/token_text.h"

namespace sampler::tools {
namespace {

constexpr char kDescription[] =
    R"(A config as settings of another engine, with a report of what is lost

Examples:
  sampler export llama.cpp-flags chain.json
  sampler export vllm qwen3 --strict > request.json
  sampler export ollama chain.json --output Modelfile

The settings go to stdout (or --output), the report to stderr. They are imported
again, and what differs from the config is lost: the report says what the engine
cannot express and what it runs instead.
Exit code: 0 done, 1 with --strict if something is lost, 2 usage error, or a
config that is wrong.
)";

struct ExportCommand {
  std::string engine;
  std::string config;
  std::string vocab_file;   // "": none.
  std::string output_file;  // "", "-": stdout.
  bool force = false;
  bool strict = false;
  OutputOptions output;
};

std::string ReportText(const importers::ExportReport& report) {
  std::string text = absl::StrCat("settings of ", report.engine, "\n");
  for (const importers::ExportEntry& entry : report.entries) {
    const bool applied = entry.outcome == importers::Outcome::kApplied;
    absl::StrAppend(&text, "  ", Printable(entry.stage), ": ",
                    applied ? "" : absl::StrCat(ToText(entry.outcome), ": "),
                    Printable(entry.effect), "\n");
  }
  return absl::StrCat(
      text,
      report.lost == 0 ? "nothing is lost" : absl::StrCat(report.lost, " lost"),
      "\n");
}

Json ReportJson(const importers::Exported& exported) {
  Json entries = Json::array();
  for (const importers::ExportEntry& entry : exported.report.entries) {
    entries.push_back({{"stage", entry.stage},
                       {"outcome", std::string(ToText(entry.outcome))},
                       {"effect", entry.effect}});
  }
  return {{"schema", "sampler.export/1"},
          {"tool_version", std::string(kVersion)},
          {"engine", exported.report.engine},
          {"settings", exported.text},
          {"report", std::move(entries)},
          {"lost", exported.report.lost}};
}

absl::Status WriteSettings(const ExportCommand& command,
                           const std::string& text) {
  if (command.output_file.empty() || command.output_file == "-") {
    Write(text);
    return FinishOutput();
  }
  absl::Status status = logs::WriteTextFile(
      command.output_file,
      command.force ? logs::Overwrite::kYes : logs::Overwrite::kNo, text);
  return absl::IsAlreadyExists(status) ? WithHint(status, "--force replaces it")
                                       : status;
}

absl::StatusOr<int> Run(const ExportCommand& command) {
  absl::StatusOr<TokenText> texts = TokenText();
  if (!command.vocab_file.empty()) texts = TokenText::Open(command.vocab_file);
  if (!texts.ok()) return texts.status();
  std::vector<SpeltText> spelt;
  const absl::StatusOr<PipelineConfig> config =
      ReadConfig(command.config, std::nullopt, *texts, spelt);
  if (!config.ok()) return config.status();
  if (!command.output.quiet) TellSpelt(spelt, *texts);
  const absl::StatusOr<importers::Exported> exported = importers::Export(
      command.engine, *config,
      {.texts = command.vocab_file.empty() ? nullptr : &*texts});
  if (!exported.ok()) return exported.status();
  if (!command.output.json && !command.output.quiet) {
    WriteNote(ReportText(exported->report));
  }
  absl::Status written = WriteSettings(
      command, command.output.json ? ToPages(ReportJson(*exported)) + "\n"
                                   : exported->text);
  if (!written.ok()) return written;
  return command.strict && exported->report.lost > 0 ? 1 : 0;
}

}  // namespace

void AddExport(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("export", kDescription);
  const auto arguments = std::make_shared<ExportCommand>();
  command
      ->add_option("ENGINE", arguments->engine,
                   absl::StrJoin(importers::ExportEngines(), ", "))
      ->required()
      ->type_name("");
  command
      ->add_option("CONFIG", arguments->config,
                   "A preset or a config file; - is stdin")
      ->required()
      ->type_name("");
  command
      ->add_option("--vocab-file", arguments->vocab_file,
                   "tokenizer.json, for settings that are text")
      ->type_name("FILE");
  command->add_flag("--strict", arguments->strict,
                    "Exit code 1 if something is lost");
  command
      ->add_option("-o,--output", arguments->output_file,
                   "Where the settings go; by default stdout")
      ->type_name("FILE");
  command->add_flag("--force", arguments->force,
                    "Replace the --output file if it exists");
  AddOutputOptions(*command, arguments->output);
  command->callback([arguments, &exit_code] {
    const absl::StatusOr<int> done = Run(*arguments);
    exit_code = done.ok()
                    ? *done
                    : Fail(done.status(), arguments->output.json_errors());
  });
}

}  // namespace sampler::tools
