// A runtime whose settings can be imported: its table and its rules. One file a
// runtime. Internal to the importers.

#ifndef SAMPLER_IMPORTERS_RUNTIME_H_
#define SAMPLER_IMPORTERS_RUNTIME_H_

#include <initializer_list>
#include <vector>

#include "absl/strings/string_view.h"
#include "sampler/importers/draft.h"
#include "sampler/importers/field_table.h"
#include "sampler/parameters/value.h"

namespace sampler::importers {

struct Runtime {
  absl::string_view name;     // "llama.cpp"
  absl::string_view version;  // "llama.cpp b10573"
  absl::string_view order;    // The chain in the runtime's words.
  FieldTable fields;
  // Members of the input whose members are settings like its own.
  std::vector<absl::string_view> containers;
  // Adds the stages. The draft has the settings of the input.
  void (*build)(Draft& draft);
};

const Runtime& LlamaCpp();
const Runtime& HuggingFace();
const Runtime& OpenAi();
const Runtime& Vllm();
const Runtime& SgLang();
const Runtime& KoboldCpp();
const Runtime& TextGen();
const Runtime& ExLlamaV2();
const Runtime& ExLlamaV3();

// The larger tables, in files of their own.
FieldTable LlamaCppFields();
FieldTable HuggingFaceFields();
FieldTable KoboldCppFields();
FieldTable TextGenFields();

// llama.cpp's logit_bias.
void AddLlamaBias(Draft& draft);

// A command line of llama.cpp as settings. Words before the first flag (the
// program) are skipped; quotes and backslashes are read as a shell reads them.
std::vector<Setting> ReadLlamaFlags(absl::string_view command_line,
                                    std::vector<Problem>& problems);

}  // namespace sampler::importers

#endif  // SAMPLER_IMPORTERS_RUNTIME_H_
