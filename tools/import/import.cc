// `sampler import`: another runtime's settings as a config, with a report.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "nlohmann/json.hpp"
#include "sampler/arithmetic/mass.h"
#include "sampler/config.h"
#include "sampler/importers/importer.h"
#include "sampler/logs/files/file_names.h"
#include "sampler/logs/files/input_file.h"
#include "sampler/logs/files/output_file.h"
#include "sampler/parameters/spelling.h"
#include "sampler/parameters/value.h"
#include "tools/commands.h"
#include "tools/import/print.h"
#include "tools/options/typed_options.h"
#include "tools/text/output.h"
#include "tools/text/token_text.h"

namespace sampler::tools {
namespace {

constexpr char kDescription[] =
    R"(Another runtime's settings as a config, with a report on every field

Examples:
  sampler import llama.cpp request.json > chain.json
  sampler import llama.cpp --text '--temp 0.8 --top-k 40 --sampler-seq kmt'
  sampler import huggingface generation_config.json --output chain.json
  sampler import vllm request.json --parity

The config goes to stdout (or --output), the report to stderr. What has no
effect here is reported with the reason, what is unknown with the nearest known
name.
Exit code: 0 done, 2 usage error, or settings that cannot be imported.
)";

struct ImportCommand {
  std::string runtime;
  std::string file;
  std::optional<std::string> text;  // "--text".
  std::string vocab_file;
  std::string output_file;  // "", "-": stdout.
  bool force = false;
  importers::ImportOptions options;
  OutputOptions output;
};

absl::StatusOr<std::string> ReadSettings(const ImportCommand& command) {
  if (command.text.has_value() && !command.file.empty()) {
    return WithHint(absl::InvalidArgumentError(
                        absl::StrCat("got the file ", Printable(command.file),
                                     " and --text, want one of them")),
                    "the settings of one import come from one place");
  }
  if (command.text.has_value()) return *command.text;
  if (command.file.empty()) {
    return WithHint(absl::InvalidArgumentError("no settings to import"),
                    "name a file, - for stdin, or give them with --text");
  }
  const auto file = logs::InputFile::Open(command.file);
  if (!file.ok()) return file.status();
  const auto bytes = file->ReadAll();
  if (!bytes.ok()) return bytes.status();
  return std::string(bytes->begin(), bytes->end());
}

// Every problem with the name of what it was found in.
absl::Status Prefixed(const absl::Status& status, const std::string& name) {
  if (name.empty()) return status;
  std::vector<std::string> lines;
  for (const absl::string_view line : absl::StrSplit(status.message(), '\n')) {
    lines.push_back(absl::StrCat(logs::InputName(name), ":", line));
  }
  return {status.code(), absl::StrJoin(lines, "\n")};
}

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

absl::Status Run(ImportCommand& command) {
  absl::Status output = CheckOutput(command);
  if (!output.ok()) return output;
  const absl::StatusOr<std::string> settings = ReadSettings(command);
  if (!settings.ok()) return settings.status();
  absl::StatusOr<TokenText> texts = TokenText();
  if (!command.vocab_file.empty()) {
    texts = TokenText::Open(command.vocab_file);
    if (!texts.ok()) return texts.status();
    command.options.texts = &*texts;
  }
  const absl::StatusOr<importers::Imported> imported =
      importers::Import(command.runtime, *settings, command.options);
  if (!imported.ok()) {
    return absl::IsNotFound(imported.status())
               ? imported.status()
               : Prefixed(imported.status(),
                          command.text.has_value() ? "" : command.file);
  }
  absl::Status valid = CheckResult(imported->config);
  if (!valid.ok()) return valid;
  const std::string config = ToJson(imported->config);
  if (command.output.json) {
    return WriteConfig(command, ToPages(ImportJson(*imported)) + "\n");
  }
  if (!command.output.quiet) {
    WriteNote(ImportText(*imported));
  }
  return WriteConfig(command, config);
}

}  // namespace

void AddImport(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("import", kDescription);
  const auto import = std::make_shared<ImportCommand>();
  command
      ->add_option("RUNTIME", import->runtime,
                   absl::StrJoin(importers::RuntimeNames(), ", "))
      ->required()
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
  command->add_flag("--hf-defaults", import->options.huggingface_defaults,
                    "huggingface: apply top_k 50 where the file has none");
  AddIntegers(
      *command, "--eos-ids",
      "Ids that end a text, for settings that forbid the end",
      {.maximum = kMaxVocabularySize - 1},
      [import](std::int64_t id) {
        import->options.end_ids.push_back(static_cast<std::int32_t>(id));
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
    const absl::Status done = Run(*import);
    exit_code = done.ok() ? 0 : Fail(done, import->output.json_errors());
  });
}

}  // namespace sampler::tools
