// A config of ours as settings of another engine, with a report of what that
// engine cannot express and what it does instead.
//
//   const auto exported = importers::Export("vllm", config);
//   if (!exported.ok()) ...          // The config itself is wrong.
//   send(exported->text);
//   for (const auto& entry : exported->report.entries) ...
//
// | engine           | text                                            |
// | llama.cpp-flags  | flags of llama-server and llama-cli             |
// | llama.cpp        | a /completion body                              |
// | ollama           | the PARAMETER lines of a Modelfile              |
// | huggingface      | generation_config.json                          |
// | openai, vllm, sglang | the sampling fields of a request            |
// | koboldcpp        | the sampling fields of /api/v1/generate         |
// | textgen          | a request or preset of text-generation-webui    |
//
// The report is not what the exporter meant to do: the text is imported again,
// and what differs from the config is lost. So where nothing is lost,
// Import(Export(c)) is c, but for parameters that are given their default and
// stages without effect (a temperature of 1), which are harmless.
// Every setting whose default would act is written out.
//
// Thread-safety: pure functions.
// Errors: InvalidArgument for a config that is not valid, NotFound for an
//   unknown engine.
// Tested by: tests/importers/exporter_test.cc,
//   tests/importers/exports_come_back_test.cc,
//   tests/importers/budget_export_test.cc,
//   tests/importers/vllm_export_test.cc,
//   tests/importers/round_trip_test.cc.

#ifndef SAMPLER_IMPORTERS_EXPORTER_H_
#define SAMPLER_IMPORTERS_EXPORTER_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "sampler/config.h"
#include "sampler/importers/report.h"
#include "sampler/importers/token_texts.h"

namespace sampler::importers {

struct ExportEntry {
  std::string stage;  // "top_k(k=40)"; "(engine)": what the engine adds.
  Outcome outcome = Outcome::kApplied;  // Never kUnknown.
  std::string effect;  // The fields that say it, or what happens instead.
};

struct ExportReport {
  std::string engine;  // "llama.cpp b10573".
  std::vector<ExportEntry> entries;
  std::int64_t lost = 0;
};

struct Exported {
  std::string text;
  ExportReport report;
};

struct ExportOptions {
  // For fields that are text (a budget of thinking, vLLM's bad_words); null:
  // they are lost.
  const TokenTexts* texts = nullptr;
};

absl::StatusOr<Exported> Export(absl::string_view engine,
                                const PipelineConfig& config,
                                const ExportOptions& options = {});

// The names that Export takes.
std::vector<absl::string_view> ExportEngines();

}  // namespace sampler::importers

#endif  // SAMPLER_IMPORTERS_EXPORTER_H_
