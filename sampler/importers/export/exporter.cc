#include "sampler/importers/exporter.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "sampler/importers/export/engine.h"
#include "sampler/importers/export/field_writer.h"
#include "sampler/importers/export/round_trip.h"
#include "sampler/importers/importer.h"
#include "sampler/importers/runtime.h"
#include "sampler/parameters/spelling.h"

namespace sampler::importers {

std::vector<absl::string_view> ExportEngines() {
  std::vector<absl::string_view> names;
  for (const ExportEngine& engine : ExportEngineTable()) {
    names.push_back(engine.name);
  }
  return names;
}

absl::StatusOr<Exported> Export(absl::string_view engine_name,
                                const PipelineConfig& config,
                                const ExportOptions& options) {
  const std::vector<ExportEngine>& engines = ExportEngineTable();
  const auto engine = std::find_if(
      engines.begin(), engines.end(),
      [&](const ExportEngine& e) { return e.name == engine_name; });
  if (engine == engines.end()) {
    return absl::NotFoundError(
        UnknownName("engine", engine_name, ExportEngines()));
  }
  const std::vector<Problem> problems = CheckConfig(config);
  if (!problems.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(problems.front().pointer, ": ", problems.front().message));
  }
  FieldWriter writer(*engine, options.texts);
  Exported exported;
  exported.text = WriteFields(*engine, writer.Write(config));
  exported.report.engine = std::string(FindRuntime(engine->importer)->version);
  const bool parity = config.rng == Rng::kLlamaCpp;
  ImportReport import_report;
  const absl::StatusOr<Imported> again =
      Import(engine->importer, exported.text,
             {.parity = parity && engine->importer == "llama.cpp",
              .texts = options.texts},
             &import_report);
  if (!again.ok()) {
    AddLost(
        "(engine)",
        absl::StrCat("it refuses these settings: ", again.status().message()),
        exported.report);
    return exported;
  }
  CompareWithRun(config, again->config, writer.names(), exported.report);
  if (parity && engine->importer != "llama.cpp") {
    AddLost("rng", "llama.cpp's random numbers are its own", exported.report);
  }
  return exported;
}

}  // namespace sampler::importers
