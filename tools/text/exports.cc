#include "tools/text/exports.h"

#include "CLI/CLI.hpp"
#include "sampler/logs/files/output_file.h"
#include "sampler/logs/files/output_target.h"

namespace sampler::tools {

void AddExports(CLI::App& app, ExportOptions& options) {
  constexpr std::pair<ExportFormat, const char*> kFormats[] = {
      {ExportFormat::kJson, "json"},
      {ExportFormat::kCsv, "csv"},
      {ExportFormat::kMarkdown, "markdown"}};
  for (const auto& [format, name] : kFormats) {
    app.add_option_function<std::string>(
           std::string("--export-") + name,
           [&options, format = format](const std::string& file) {
             options.files[format] = file;
           },
           std::string("Also write the result as ") + name + " to FILE")
        ->type_name("FILE")
        ->group("Output");
  }
}

absl::Status WriteExports(
    const ExportOptions& options, absl::Span<const std::string> inputs,
    const std::map<ExportFormat, std::function<std::string()>>& texts) {
  for (const auto& [format, file] : options.files) {
    absl::Status status = logs::CheckNotInput(file, inputs);
    if (!status.ok()) return status;
    status =
        logs::WriteTextFile(file, logs::Overwrite::kYes, texts.at(format)());
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace sampler::tools
