// `sampler convert`: the same log in another format, and what that loses.

#include <sys/stat.h>

#include <cstdio>
#include <memory>
#include <optional>
#include <string>

#include "CLI/CLI.hpp"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "nlohmann/json.hpp"
#include "sampler/logs/log_contents.h"
#include "sampler/logs/recover.h"
#include "tools/commands.h"
#include "tools/convert_write.h"
#include "tools/log_options.h"
#include "tools/output.h"
#include "tools/replay_print.h"
#include "tools/typed_options.h"

namespace sampler::tools {
namespace {

constexpr char kDescription[] =
    R"(The same log in another format, and what that loses

Examples:
  sampler convert logits.npy run.safetensors --tokens ids.npy --to-dtype bf16
  sampler convert run.safetensors run.kld
  sampler convert run.safetensors small.safetensors --top-k 64
  sampler convert --recover run.safetensors.partial run.safetensors

OUT is safetensors, .npy, or a llama.cpp _logits_ file (.kld, .dat), by its name
or --to. A top-k log keeps the k likeliest tokens of each row, the drawn one, and
the logsumexp of the whole row. --recover makes a log of what a killed process
was logging. OUT appears whole or not at all.
Exit code: 0 done, 2 usage error, unreadable input, or OUT exists.
)";

struct Convert {
  LogOptions log;
  std::string path;  // OUT.
  bool recover = false;
  bool force = false;
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
                      convert.path,
                      ": got a name of no format, want .safetensors, .npy or "
                      ".kld")),
                  "say the format with --to safetensors, npy or llama");
}

std::int64_t FileSize(const std::string& path) {
  struct stat info;
  return stat(path.c_str(), &info) == 0 ? info.st_size : 0;
}

// What was written; what was lost are warnings.
struct Report {
  std::string format;
  std::int64_t rows = 0;
  std::int64_t sequences = 0;
};

void Print(const Convert& convert, const Report& report,
           const Warnings& losses) {
  const std::int64_t bytes = FileSize(convert.path);
  if (convert.output.json) {
    Write(ToLine({{"schema", "sampler.convert/1"},
                  {"tool_version", std::string(kVersion)},
                  {"input", convert.log.path},
                  {"output", convert.path},
                  {"format", report.format},
                  {"rows", report.rows},
                  {"sequences", report.sequences},
                  {"bytes", bytes},
                  {"losses", losses.all()}}) +
          "\n");
    return;
  }
  Write(absl::StrCat(
      convert.path, ": ", report.format, ", ", Plural(report.rows, "row"), ", ",
      Plural(report.sequences, "sequence"), ", ", Grouped(bytes), " bytes\n"));
}

absl::Status Recover(const Convert& convert, logs::Overwrite overwrite) {
  const ConvertOptions& options = convert.options;
  if (options.to.has_value() || options.dtype.has_value() ||
      options.top_k > 0) {
    return WithHint(
        absl::InvalidArgumentError(
            "--recover: got --to, --to-dtype or --top-k beside it, want none"),
        "recover the log as it was written, then convert it");
  }
  Warnings losses(convert.output.quiet);
  const auto recovered =
      logs::RecoverLog(convert.log.path, convert.path, overwrite);
  if (!recovered.ok()) return recovered.status();
  if (recovered->ignored_bytes > 0) {
    losses.Add(absl::StrCat(
        Grouped(recovered->ignored_bytes),
        " bytes after the last whole row are no row: the process ended while "
        "it wrote them"));
  }
  Print(convert, {"safetensors", recovered->rows, recovered->sequences},
        losses);
  return FinishOutput();
}

absl::Status Run(Convert& convert) {
  const logs::Overwrite overwrite =
      convert.force ? logs::Overwrite::kYes : logs::Overwrite::kNo;
  if (convert.recover) return Recover(convert, overwrite);
  const auto target = TargetOf(convert);
  if (!target.ok()) return target.status();
  const auto log = OpenLog(convert.log);
  if (!log.ok()) return log.status();
  Warnings losses(convert.output.quiet);
  const auto format = WriteLog(**log, convert.path, *target, overwrite,
                               convert.options, losses, convert.output.quiet);
  if (!format.ok()) {
    return absl::IsAlreadyExists(format.status()) && !convert.force
               ? WithHint(format.status(), "--force replaces it")
               : format.status();
  }
  Print(convert, {*format, (*log)->rows(), std::ssize((*log)->sequences())},
        losses);
  return FinishOutput();
}

}  // namespace

void AddConvert(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("convert", kDescription);
  const auto convert = std::make_shared<Convert>();
  AddLogOptions(*command, convert->log);
  // They are about reports.
  for (const char* name : {"--kind", "--vocab-file"}) {
    command->remove_option(command->get_option(name));
  }
  command->add_option("OUT", convert->path, "The file to write")
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
  command->add_flag("--recover", convert->recover,
                    "LOG is the .partial file of a logger");
  command->add_flag("--force", convert->force, "Replace OUT if it exists");
  AddOutputOptions(*command, convert->output);
  command->callback([convert, &exit_code] {
    const absl::Status done = Run(*convert);
    exit_code = done.ok() ? 0 : Fail(done, convert->output.json_errors());
  });
}

}  // namespace sampler::tools
