// `sampler import`: another runtime's settings as a config, with a report.

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "nlohmann/json.hpp"
#include "sampler/arithmetic/mass.h"
#include "sampler/candidate.h"
#include "sampler/config.h"
#include "sampler/importers/importer.h"
#include "sampler/logs/files/file_names.h"
#include "sampler/logs/files/output_file.h"
#include "sampler/parameters/spelling.h"
#include "sampler/parameters/value.h"
#include "tools/commands.h"
#include "tools/import/print.h"
#include "tools/import/source.h"
#include "tools/options/typed_options.h"
#include "tools/text/output.h"
#include "tools/text/token_text.h"

namespace sampler::tools {
namespace {

constexpr char kDescription[] =
    R"(Another runtime's settings as a config, with a report on every field

Examples:
  sampler import request.json > chain.json
  sampler import llama.cpp --text '--temp 0.8 --top-k 40 --sampler-seq kmt'
  sampler import huggingface generation_config.json --output chain.json
  sampler import vllm request.json --generation-config generation_config.json
  sampler import textgen preset.yaml --loader llama.cpp

The config goes to stdout (or --output), the report to stderr. Every field is
applied, harmless (it changes the choice of no token), lost (it acts in the
runtime and not here, with the reason) or unknown (with the nearest known name).
Without RUNTIME the format is recognised, and the report says by what.
Exit code: 0 done, 1 with --strict if a given field is lost or unknown, 2 usage
error, or settings that cannot be imported.
)";

logs::Overwrite OverwriteOf(const ImportCommand& command) {
  return command.force ? logs::Overwrite::kYes : logs::Overwrite::kNo;
}

// Before anything is read or reported.
absl::Status CheckOutput(const ImportCommand& command) {
  if (command.output_file.empty()) return absl::OkStatus();
  absl::Status status = logs::CheckNotInput(command.output_file,
                                            {command.file, command.vocab_file});
  if (!status.ok()) return status;
  status = logs::CheckTarget(command.output_file, OverwriteOf(command));
  return absl::IsAlreadyExists(status) ? WithHint(status, "--force replaces it")
                                       : status;
}

absl::Status WriteConfig(const ImportCommand& command,
                         const std::string& text) {
  if (command.output_file.empty() || command.output_file == "-") {
    Write(text);
    return FinishOutput();
  }
  absl::Status status =
      logs::WriteTextFile(command.output_file, OverwriteOf(command), text);
  return absl::IsAlreadyExists(status) ? WithHint(status, "--force replaces it")
                                       : status;
}

// What a stage of ours does not admit although the runtime does.
absl::Status CheckResult(const PipelineConfig& config) {
  std::vector<std::string> lines = {"the settings make no valid config"};
  for (const Problem& problem : CheckConfig(config)) {
    lines.push_back(absl::StrCat(problem.pointer, ": ", problem.message));
  }
  if (lines.size() == 1) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrJoin(lines, "\n"));
}

// The report of an import that may have failed (`config` null).
void ShowReport(const ImportCommand& command,
                const importers::ImportReport& report) {
  if (report.entries.empty() || command.output.quiet) return;
  if (!command.output.json) WriteNote(ReportText(report));
}

// Whether a field that was given acts in the runtime only, or nowhere.
bool IsFaithful(const importers::ImportReport& report) {
  return std::none_of(
      report.entries.begin(), report.entries.end(),
      [](const importers::ReportEntry& entry) {
        const bool missing = entry.outcome == importers::Outcome::kLost ||
                             entry.outcome == importers::Outcome::kUnknown;
        return missing && entry.provenance == importers::Provenance::kGiven;
      });
}

absl::Status Finish(const ImportCommand& command,
                    const importers::Imported& imported) {
  if (command.output.json) {
    return WriteConfig(
        command, ToPages(ImportJson(imported.config, imported.report)) + "\n");
  }
  return WriteConfig(command, ToJson(imported.config));
}

// The exit code of an import that failed. In JSON its report is part of the
// error.
absl::StatusOr<int> FailWithReport(const ImportCommand& command,
                                   const absl::Status& status,
                                   const importers::ImportReport& report) {
  if (!command.output.json || report.entries.empty()) return status;
  const int exit_code = Fail(status, /*json=*/false);
  Json json = {{"type", "error"}, {"error", ErrorJson(status)}};
  json.update(ImportJson(std::nullopt, report));
  Write(ToLine(json) + "\n");
  const absl::Status written = FinishOutput();
  if (!written.ok()) return written;
  return exit_code;
}

// The exit code, or what went wrong.
absl::StatusOr<int> Run(ImportCommand& command) {
  absl::Status output = CheckOutput(command);
  if (!output.ok()) return output;
  absl::StatusOr<Source> source = ReadSource(command);
  if (!source.ok()) return source.status();
  absl::StatusOr<TokenText> texts = TokenText();
  if (!command.vocab_file.empty()) {
    texts = TokenText::Open(command.vocab_file);
    if (!texts.ok()) return texts.status();
    command.options.texts = &*texts;
  }
  importers::ImportReport report;
  absl::StatusOr<importers::Imported> imported =
      source->yaml.has_value()
          ? importers::ImportValue(command.runtime, *source->yaml,
                                   command.options, &report)
          : importers::Import(command.runtime, source->text, command.options,
                              &report);
  report.recognised = source->recognised;
  absl::Status status = imported.status();
  if (status.ok()) {
    imported->report.recognised = source->recognised;
    status = CheckResult(imported->config);
  } else if (!absl::IsNotFound(status)) {
    status = Prefixed(status, NameOf(command));
  }
  ShowReport(command, report);
  if (!status.ok()) return FailWithReport(command, status, report);
  absl::Status written = Finish(command, *imported);
  if (!written.ok()) return written;
  return command.strict && !IsFaithful(report) ? 1 : 0;
}

}  // namespace

void AddImport(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("import", kDescription);
  const auto import = std::make_shared<ImportCommand>();
  command
      ->add_option("RUNTIME", import->runtime,
                   absl::StrCat("Whose settings these are; by default "
                                "recognised. ",
                                absl::StrJoin(importers::RuntimeNames(), ", ")))
      ->type_name("");
  command->add_option("FILE", import->file, "Its settings; - is stdin")
      ->type_name("");
  command
      ->add_option("--text", import->text,
                   "The settings themselves, in place of a file")
      ->type_name("TEXT");
  command->add_flag("--parity", import->options.parity,
                    "The runtime's random numbers too: llama.cpp, vllm, "
                    "sglang");
  command->add_flag("--strict", import->strict,
                    "Exit code 1 if a field that was given is lost or unknown");
  command
      ->add_option("--generation-config", import->generation_config,
                   "What the server takes where a request is silent: the "
                   "model's generation_config.json, or its GGUF file "
                   "(llama.cpp)")
      ->type_name("FILE");
  command
      ->add_option("--loader", import->options.loader,
                   "textgen: transformers (the default) or llama.cpp")
      ->type_name("LOADER");
  command
      ->add_option("--backend", import->options.backend,
                   absl::StrCat("sillytavern: where the preset is sent to, ",
                                absl::StrJoin(importers::Backends(), ", ")))
      ->type_name("RUNTIME");
  command
      ->add_option("--section", import->options.section,
                   "Which of several models in one file")
      ->type_name("NAME");
  command->add_flag("--no-defaults", import->no_defaults,
                    "huggingface: leave out top_k 50, which stands in no file");
  AddIntegers(*command, "--eos-ids",
              "Ids that end a text, for settings that forbid the end",
              {.maximum = kMaxVocabularySize - 1},
              [import](std::int64_t id) {
                import->options.end_ids.push_back(static_cast<TokenId>(id));
              })
      ->type_name("ID,...");
  command
      ->add_option("--vocab-file", import->vocab_file,
                   "tokenizer.json, for settings that are text")
      ->type_name("FILE");
  command
      ->add_option("-o,--output", import->output_file,
                   "Where the config goes; by default stdout")
      ->type_name("FILE");
  command->add_flag("--force", import->force,
                    "Replace the --output file if it exists");
  AddOutputOptions(*command, import->output);
  command->callback([import, &exit_code] {
    import->options.runtime_defaults = !import->no_defaults;
    const absl::StatusOr<int> done = Run(*import);
    exit_code =
        done.ok() ? *done : Fail(done.status(), import->output.json_errors());
  });
}

}  // namespace sampler::tools
