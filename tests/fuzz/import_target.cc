// Texts as settings of every runtime, imported, checked and exported again.

#include <optional>
#include <string>
#include <vector>

#include "sampler/config.h"
#include "sampler/importers/exporter.h"
#include "sampler/importers/importer.h"
#include "sampler/importers/recognise.h"
#include "tests/fuzz/targets.h"
#include "tools/import/yaml.h"
#include "tools/text/token_text.h"

namespace sampler::fuzz {
namespace {

using importers::ImportOptions;

const tools::TokenText& Texts() {
  static const auto& texts =
      *new tools::TokenText({"a", "\n", "5", " a", "b", "ab", "</think>"});
  return texts;
}

// Returns the config, if there is one without problems.
std::optional<PipelineConfig> CheckImport(absl::string_view runtime,
                                          const Value* value,
                                          const std::string& text,
                                          const ImportOptions& options) {
  importers::ImportReport report;
  const auto imported =
      value != nullptr
          ? importers::ImportValue(runtime, *value, options, &report)
          : importers::Import(runtime, text, options, &report);
  if (!imported.ok()) {
    Require(!imported.status().message().empty(),
            "an import's error is a sentence");
    return std::nullopt;
  }
  const std::vector<Problem> problems = CheckConfig(imported->config);
  for (const Problem& problem : problems) {
    Require(!problem.message.empty(), "a problem of a config is a sentence");
  }
  if (!problems.empty()) return std::nullopt;
  const auto again = ParseConfig(ToJson(imported->config));
  Require(again.ok() && *again == imported->config,
          "an imported config is written and read as the same");
  return imported->config;
}

ImportOptions Options(ByteSource& source) {
  const std::uint8_t bits = source.Byte();
  ImportOptions options = {.parity = (bits & 1) != 0,
                           .runtime_defaults = (bits & 2) == 0,
                           .end_ids = {2}};
  if ((bits & 4) != 0) options.texts = &Texts();
  if ((bits & 8) != 0) options.loader = "llama.cpp";
  if ((bits & 16) != 0)
    options.backend = std::string(source.Of(importers::Backends()));
  if ((bits & 32) != 0) options.section = "a";
  if ((bits & 64) != 0) {
    const Bytes defaults = source.Take(source.Byte());
    options.server_defaults.assign(defaults.begin(), defaults.end());
  }
  return options;
}

}  // namespace

// A byte for the runtime (beyond the last one: all of them), one or several for
// the options, one for an engine to export to, then the settings.
void FuzzImport(Bytes input) {
  ByteSource source(input);
  static const auto& engines = *new std::vector(importers::ExportEngines());
  static const auto& names = *new std::vector(importers::RuntimeNames());
  const std::size_t chosen = source.Below(names.size() + 1);
  const ImportOptions options = Options(source);
  const std::size_t engine = source.Byte();
  const std::string text = source.RestAsText();
  (void)importers::Recognise(text);
  Value value;
  const Value* yaml = nullptr;
  if (tools::LooksLikeYaml("", text)) {
    auto read = tools::ReadYaml(text);
    if (read.ok()) {
      value = *std::move(read);
      yaml = &value;
      (void)importers::RecogniseValue(value);
    }
  }
  if (chosen == names.size()) {
    for (const absl::string_view name : names) {
      (void)CheckImport(name, yaml, text, options);
    }
    return;
  }
  const auto config = CheckImport(names[chosen], yaml, text, options);
  // Back to any engine, which imports it again.
  if (!config.has_value()) return;
  const auto exported =
      importers::Export(engines[engine % engines.size()], *config);
  Require(exported.ok(), "a config is exported to every engine");
}

}  // namespace sampler::fuzz
