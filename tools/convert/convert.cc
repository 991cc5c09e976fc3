// `sampler convert`: the same log in another format, and what that loses.

#include <sys/stat.h>

#include <algorithm>
#include <iterator>
#include <memory>
#include <optional>
#include <string>

#include "CLI/CLI.hpp"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "nlohmann/json.hpp"
#include "sampler/logs/files/file_names.h"
#include "sampler/logs/files/output_target.h"
#include "sampler/logs/journal/recover.h"
#include "sampler/logs/log_contents.h"
#include "tools/commands.h"
#include "tools/convert/recover.h"
#include "tools/convert/write.h"
#include "tools/options/log_options.h"
#include "tools/options/typed_options.h"
#include "tools/replay/print.h"
#include "tools/text/output.h"

namespace sampler::tools {
namespace {

constexpr char kDescription[] =
    R"(The same log in another format, and what that loses

Examples:
  sampler convert logits.npy run.safetensors --tokens ids.npy --to-dtype bf16
  sampler convert run.safetensors run.kld
  sampler convert run.safetensors small.safetensors --top-k 64
  sampler convert run.safetensors part.safetensors --rows 100:200
  sampler convert --recover run.safetensors.partial run.safetensors

OUT is safetensors, .npy, or a llama.cpp _logits_ file (.kld, .dat), by its name
or --to; - is stdout. A top-k log keeps the k likeliest tokens of each row, the
drawn one, and the logsumexp of the whole row. --recover makes a safetensors log
of what a killed process was logging, and of every intact row of a damaged file.
OUT appears whole or not at all; only a regular file is ever replaced.
Exit code: 0 done, 1 recovered from a damaged file: rows are missing, 2 usage
error, unreadable input, or OUT exists.
)";

struct Convert {
  const CLI::App* command = nullptr;
  LogOptions log;
  std::string path;  // OUT.
  bool recover = false;
  bool force = false;
  RowSelectionOptions rows;
  ConvertOptions options;
  OutputOptions output;
};

// By what --to says, else by the end of the name.
absl::StatusOr<Target> TargetOf(const Convert& convert) {
  if (convert.options.to.has_value()) return *convert.options.to;
  if (absl::EndsWith(convert.path, ".safetensors")) return Target::kSafetensors;
  if (absl::EndsWith(convert.path, ".npy")) return Target::kNpy;
  for (const char* end : {".kld", ".dat", ".logits"}) {
    if (absl::EndsWith(convert.path, end)) return Target::kLlama;
  }
  return WithHint(absl::InvalidArgumentError(absl::StrCat(
                      logs::OutputName(convert.path),
                      ": got a name of no format, want .safetensors, .npy or "
                      ".kld")),
                  "say the format with --to safetensors, npy or llama");
}

std::optional<std::int64_t> FileSize(const std::string& path) {
  struct stat info;
  if (path == "-" || stat(path.c_str(), &info) != 0) return std::nullopt;
  return info.st_size;
}

// What was written; what was lost are warnings.
struct Report {
  std::string format;
  std::int64_t rows = 0;
  std::int64_t sequences = 0;
  Json damage = {};  // Of a recovered log.
};

void Print(const Convert& convert, const Report& report,
           const Warnings& losses) {
  const std::optional<std::int64_t> bytes = FileSize(convert.path);
  if (convert.output.json) {
    Json json = {{"schema", "sampler.convert/1"},
                 {"tool_version", std::string(kVersion)},
                 {"input", convert.log.path},
                 {"output", convert.path},
                 {"format", report.format},
                 {"rows", report.rows},
                 {"sequences", report.sequences},
                 {"bytes", bytes.value_or(0)},
                 {"losses", losses.all()}};
    if (!report.damage.is_null()) json["damage"] = report.damage;
    Write(ToLine(json) + "\n");
    return;
  }
  const std::string text = absl::StrCat(
      logs::OutputName(convert.path), ": ", report.format, ", ",
      Plural(report.rows, "row"), ", ", Plural(report.sequences, "sequence"),
      bytes.has_value() ? absl::StrCat(", ", Grouped(*bytes), " bytes") : "",
      "\n");
  // Standard output holds the log.
  if (convert.path != "-") {
    Write(text);
  } else if (!convert.output.quiet) {
    WriteNote(text);
  }
}

// Options that say how to read or write a log, which --recover does not do.
absl::Status CheckRecoverOptions(const Convert& convert) {
  for (const CLI::Option* option : convert.command->get_options()) {
    static constexpr absl::string_view kKnown[] = {
        "LOG",    "OUT",     "--recover", "--force", "--to",
        "--json", "--color", "--quiet",   "--help"};
    const std::string name = option->get_name();
    if (option->count() == 0 || std::find(std::begin(kKnown), std::end(kKnown),
                                          name) != std::end(kKnown)) {
      continue;
    }
    return WithHint(absl::InvalidArgumentError(
                        absl::StrCat("--recover: got ", name,
                                     " beside it, want none: LOG itself says "
                                     "what it is")),
                    "recover the log as it was written, then convert it");
  }
  const bool named = convert.options.to.has_value() || convert.path != "-";
  const auto target = named ? TargetOf(convert) : Target::kSafetensors;
  // A name of no format asks for none.
  if (!target.ok() || *target == Target::kSafetensors) return absl::OkStatus();
  return WithHint(
      absl::InvalidArgumentError(
          absl::StrCat("--recover: got ", logs::OutputName(convert.path),
                       convert.options.to.has_value() ? " with --to" : "",
                       ", want a safetensors log")),
      "recover to a name that ends in .safetensors, then convert that");
}

absl::StatusOr<int> Recover(const Convert& convert, logs::Overwrite overwrite) {
  absl::Status status = CheckRecoverOptions(convert);
  if (!status.ok()) return status;
  Warnings losses(convert.output.quiet);
  const auto recovered =
      logs::RecoverLog(convert.log.path, convert.path, overwrite);
  if (!recovered.ok()) return recovered.status();
  WarnOfDamage(*recovered, losses);
  Print(convert,
        {"safetensors", recovered->rows, recovered->sequences,
         Json{{"holes", HolesJson(*recovered)},
              {"missing", MissingJson(*recovered)},
              {"ignored_bytes", recovered->ignored_bytes}}},
        losses);
  return recovered->undamaged ? 0 : 1;
}

// Standard output, where it is OUT, holds nothing else and is no terminal.
absl::Status CheckStandardOutput(const Convert& convert) {
  if (convert.path != "-") return absl::OkStatus();
  if (convert.output.json) {
    return absl::InvalidArgumentError(
        "--json: got - as OUT, want a file: standard output holds one of the "
        "two");
  }
  if (IsTerminal(Stream::kStdout)) {
    return WithHint(absl::InvalidArgumentError(
                        "standard output: got a terminal, want a file or a "
                        "pipe: a log is no text"),
                    "name a file, or redirect: > FILE");
  }
  return absl::OkStatus();
}

// Sequences that have a selected row.
std::int64_t SequencesIn(const logs::Log& log, const RowSelection& rows) {
  return std::count_if(
      log.sequences().begin(), log.sequences().end(),
      [&](const logs::LogSequence& sequence) {
        const std::int64_t from = std::max(sequence.first_row, rows.first);
        const std::int64_t skip = (from - rows.first) % rows.every;
        const std::int64_t next = skip == 0 ? from : from + rows.every - skip;
        return next < std::min(sequence.first_row + sequence.rows, rows.end);
      });
}

absl::StatusOr<int> Work(Convert& convert) {
  const logs::Overwrite overwrite =
      convert.force ? logs::Overwrite::kYes : logs::Overwrite::kNo;
  absl::Status status = CheckStandardOutput(convert);
  if (!status.ok()) return status;
  const logs::OpenOptions& open = convert.log.open;
  status = logs::CheckNotInput(
      convert.path,
      {convert.log.path, open.tokens_file, open.prompt_tokens_file});
  if (!status.ok()) return status;
  // Before the log is read, which may take long.
  status = logs::CheckTarget(convert.path, overwrite);
  if (!status.ok()) return status;
  if (convert.recover) return Recover(convert, overwrite);
  const auto target = TargetOf(convert);
  if (!target.ok()) return target.status();
  const auto log = OpenLog(convert.log);
  if (!log.ok()) return log.status();
  const auto rows = SelectRows(convert.rows, (*log)->rows());
  if (!rows.ok()) return rows.status();
  convert.options.rows = *rows;
  Warnings losses(convert.output.quiet);
  const auto format = WriteLog(**log, convert.path, *target, overwrite,
                               convert.options, losses, convert.output.quiet);
  if (!format.ok()) return format.status();
  Print(convert, {*format, rows->count(), SequencesIn(**log, *rows)}, losses);
  return 0;
}

// The exit code.
absl::StatusOr<int> Run(Convert& convert) {
  absl::StatusOr<int> code = Work(convert);
  if (absl::IsAlreadyExists(code.status())) {
    return WithHint(code.status(), "--force replaces it");
  }
  if (!code.ok()) return code;
  absl::Status written = FinishOutput();
  if (!written.ok()) return written;
  return code;
}

}  // namespace

void AddConvert(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("convert", kDescription);
  const auto convert = std::make_shared<Convert>();
  convert->command = command;
  AddLogOptions(*command, convert->log);
  // They are about reports.
  for (const char* name : {"--kind", "--vocab-file"}) {
    command->remove_option(command->get_option(name));
  }
  command->add_option("OUT", convert->path, "The file to write; - is stdout")
      ->required()
      ->type_name("");
  AddChoice<Target>(*command, "--to",
                    "Format of OUT: safetensors, npy or llama",
                    {{"safetensors", Target::kSafetensors},
                     {"npy", Target::kNpy},
                     {"llama", Target::kLlama}},
                    [convert](Target to) { convert->options.to = to; })
      ->type_name("FORMAT");
  AddChoice<DType>(
      *command, "--to-dtype",
      "Elements of OUT: f32, f16, bf16; by default as in LOG",
      {{"f32", DType::kF32}, {"f16", DType::kF16}, {"bf16", DType::kBF16}},
      [convert](DType dtype) { convert->options.dtype = dtype; })
      ->type_name("TYPE");
  AddInteger(*command, "--top-k",
             "Keep the K likeliest tokens of each row and the drawn one",
             {.minimum = 1},
             [convert](std::int64_t k) { convert->options.top_k = k; })
      ->type_name("K");
  AddRowSelection(*command, convert->rows);
  command->add_flag("--recover", convert->recover,
                    "LOG is the .partial file of a logger");
  command->add_flag("--force", convert->force, "Replace OUT if it exists");
  AddOutputOptions(*command, convert->output);
  command->callback([convert, &exit_code] {
    const absl::StatusOr<int> code = Run(*convert);
    exit_code =
        code.ok() ? *code : Fail(code.status(), convert->output.json_errors());
  });
}

}  // namespace sampler::tools
