// Other runtimes' settings -> a config of ours, with a report.
//
//   const auto imported = importers::Import("llama.cpp", body);
//   if (!imported.ok()) ...                 // What is wrong, and where.
//   auto pipeline = Pipeline::Create(imported->config, vocabulary_size);
//   for (const auto& entry : imported->report.entries) ...
//
// | runtime      | input                                                      |
// | llama.cpp    | a /completion body, generation_settings of an answer, or a |
// |              | command line (--temp 0.8 --top-k 40 --samplers "top_k")    |
// | huggingface  | generation_config.json                                     |
// | openai       | a chat or completion request                               |
// | vllm, sglang | the same with their extensions, or their sampling params   |
// | koboldcpp    | an /api/v1/generate body                                   |
// | textgen      | text-generation-webui: a preset as JSON, or a request      |
// | exllama      | settings of exllamav2, or of exllamav3 (told by the names; |
// |              | "exllamav2" and "exllamav3" say which)                     |
//
// Every field of these runtimes is read: it becomes part of the config, or the
// report says why not. Fields that no runtime has are reported with the nearest
// known name. The runtimes' own defaults count where they change the choice of
// a token (a llama-server request without top_k means top_k 40), and the report
// says so. Hugging Face's top_k 50, which stands in no file, is among them
// (ImportOptions::runtime_defaults).
//
// What differs from the runtime even then is its arithmetic (float32 sums,
// unstable sorts) and, without `parity`, its random numbers: the law is the
// same, the tokens of a seed are not.
//
// Thread-safety: pure functions (TokenTexts is only read).
// Errors: InvalidArgument, one problem a line: text that is not JSON, a
//   duplicate key, a wrong type, a value that the runtime itself rejects, a
//   setting that cannot be expressed; NotFound for an unknown runtime;
//   Unimplemented where parity cannot be had.
// Tested by: tests/importers/.

#ifndef SAMPLER_IMPORTERS_IMPORTER_H_
#define SAMPLER_IMPORTERS_IMPORTER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "sampler/candidate.h"
#include "sampler/config.h"
#include "sampler/importers/report.h"
#include "sampler/importers/token_texts.h"
#include "sampler/parameters/value.h"

namespace sampler::importers {

struct Field;

struct ImportOptions {
  // The runtime's random numbers too: llama.cpp ("rng": "llama_cpp"), vLLM V2
  // and SGLang (gumbel_max with their noise).
  bool parity = false;
  // Hugging Face: the default that stands in no file (top_k 50).
  bool runtime_defaults = true;
  // Ids that end a text, for settings that mean "not the end yet".
  std::vector<TokenId> end_ids = {};
  // For settings that are text; null: they are reported as lost.
  const TokenTexts* texts = nullptr;
  // What the server takes where a request is silent: the text of the model's
  // generation_config.json (vLLM, SGLang), or the beginning of a GGUF file with
  // all of its metadata (llama.cpp).
  std::string server_defaults = {};
  // text-generation-webui: "transformers" (the default) or "llama.cpp".
  std::string loader = {};
  // A front end's preset: the runtime that it is sent to.
  std::string backend = {};
  // A file with settings of several models: which one.
  std::string section = {};
};

struct Imported {
  PipelineConfig config;
  ImportReport report;
};

// `report`, if not null, gets the report in every case in which the settings
// could be read: of an import that failed, too.
absl::StatusOr<Imported> Import(absl::string_view name, absl::string_view text,
                                const ImportOptions& options = {},
                                ImportReport* report = nullptr);

// The same of settings that were read elsewhere (from YAML): errors have no
// line.
absl::StatusOr<Imported> ImportValue(absl::string_view name,
                                     const Value& settings,
                                     const ImportOptions& options = {},
                                     ImportReport* report = nullptr);

// ---- What can be imported, for help texts and documentation ---------------

struct RuntimeInfo {
  absl::string_view name;            // As Import takes it.
  absl::string_view version;         // "llama.cpp b10573".
  absl::string_view order;           // The chain in the runtime's words.
  const std::vector<Field>* fields;  // field_table.h
};

// In the order of the documentation. "exllama" is "exllamav2" or "exllamav3".
std::vector<RuntimeInfo> Runtimes();

// Whether Import takes the name: one of RuntimeNames(), however its words are
// joined ("LM Studio"), or another common one ("trtllm").
bool IsRuntimeName(absl::string_view name);

// The runtimes that a front end's preset can be sent to.
std::vector<absl::string_view> Backends();

// The names that Import takes.
std::vector<absl::string_view> RuntimeNames();

}  // namespace sampler::importers

#endif  // SAMPLER_IMPORTERS_IMPORTER_H_
