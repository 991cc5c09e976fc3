// A runtime whose settings can be imported: its table and its rules. One file a
// runtime, in runtimes/. Internal to the importers.

#ifndef SAMPLER_IMPORTERS_RUNTIME_H_
#define SAMPLER_IMPORTERS_RUNTIME_H_

#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "sampler/importers/draft.h"
#include "sampler/importers/field_table.h"
#include "sampler/parameters/value.h"

namespace sampler::importers {

// Options of an import that only some runtimes have a use for.
enum class Extra { kNoDefaults, kLoader, kBackend, kSection };

struct Runtime {
  absl::string_view name;     // "llama.cpp"
  absl::string_view version;  // "llama.cpp b10573"
  absl::string_view order;    // The chain in the runtime's words.
  FieldTable fields;
  // Members of the input whose members are settings like its own.
  std::vector<absl::string_view> containers = {};
  // Adds the stages. The draft has the settings of the input.
  void (*build)(Draft& draft) = nullptr;

  // What its reader makes of values of another type.
  Leniency leniency = {};
  // Members that no other runtime's files have ("operation/fields": a member
  // of a member): what a file without a name is recognised by.
  std::vector<absl::string_view> marks = {};
  // The options that it has a use for.
  std::vector<Extra> extras = {};
  // Fields that its server takes from the model's generation_config.json where
  // a request has none.
  std::vector<absl::string_view> server_defaults = {};

  // Reads what is no JSON object; null: there is no such form.
  std::vector<Setting> (*read_text)(absl::string_view text,
                                    const ImportOptions& options,
                                    std::vector<Problem>& problems) = nullptr;
  // Reads a JSON object whose settings are not its members; null: they are.
  void (*collect)(const Value::Object& root, const ImportOptions& options,
                  std::vector<Setting>& settings,
                  std::vector<Problem>& problems) = nullptr;
  // Turns the settings into those of another runtime, which is returned; null:
  // they stay its own.
  const Runtime* (*translate)(const ImportOptions& options,
                              std::vector<Setting>& settings,
                              std::vector<Problem>& problems) = nullptr;
};

// In the order of the documentation.
const std::vector<const Runtime*>& AllRuntimes();

// Null if there is none of that name.
const Runtime* FindRuntime(absl::string_view name);

const Runtime& LlamaCpp();
const Runtime& HuggingFace();
const Runtime& OpenAi();
const Runtime& Vllm();
const Runtime& SgLang();
const Runtime& KoboldCpp();
const Runtime& TextGen();
const Runtime& ExLlamaV2();
const Runtime& ExLlamaV3();
const Runtime& TabbyApi();
const Runtime& Ollama();
const Runtime& LmStudio();
const Runtime& SillyTavern();
const Runtime& Aphrodite();
const Runtime& MlxLm();
const Runtime& TensorRtLlm();
const Runtime& Tgi();
const Runtime& OrtGenAi();
const Runtime& OpenVino();
const Runtime& LiteLlm();

// The larger tables, in files of their own.
FieldTable LlamaCppFields();  // Those that follow.
FieldTable LlamaCppSamplingFields();
FieldTable LlamaCppOtherFields();
FieldTable HuggingFaceFields();
FieldTable KoboldCppFields();
FieldTable TextGenFields();
FieldTable AphroditeFields();

// text-generation-webui's llama.cpp loader: Runtime::translate of textgen.
const Runtime* TextGenLoader(const ImportOptions& options,
                             std::vector<Setting>& settings,
                             std::vector<Problem>& problems);

// llama.cpp's rules for a front end that sends it these fields: `own` are the
// front end's defaults of fields of llama.cpp, which count where the input
// says nothing, and `others` what it does not send.
FieldTable WithDefaults(
    FieldTable table,
    const std::vector<std::pair<absl::string_view, Value>>& own);
FieldTable WithOthers(const FieldTable& table, const FieldTable& others,
                      absl::string_view why);

// llama.cpp's logit_bias.
void AddLlamaBias(Draft& draft);

}  // namespace sampler::importers

#endif  // SAMPLER_IMPORTERS_RUNTIME_H_
