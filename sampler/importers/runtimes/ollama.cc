// Ollama (2026): Modelfiles, the `options` of requests, requests. It forwards
// to a llama-server of its own with every setting written out, so that of
// llama.cpp's defaults none is at work but those of steps that Ollama has no
// name for (the order, DRY, XTC).

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sampler/importers/formats/formats.h"
#include "sampler/importers/request_fields.h"
#include "sampler/importers/runtime.h"
#include "sampler/parameters/spelling.h"

namespace sampler::importers {
namespace ollama {
namespace {

// llama.cpp's fields that are Ollama's options too, with its defaults.
const std::vector<std::pair<absl::string_view, Value>>& Options() {
  static const auto& options =
      *new std::vector<std::pair<absl::string_view, Value>>{
          {"temperature", 0.8},
          {"top_k", 40},
          {"top_p", 0.9},
          {"min_p", 0.0},
          {"typical_p", 1.0},
          {"repeat_last_n", 64},
          {"repeat_penalty", 1.0},
          {"presence_penalty", 0.0},
          {"frequency_penalty", 0.0},
          {"seed", -1}};
  return options;
}

FieldTable Fields() {
  FieldTable sampling = WithDefaults(LlamaCppSamplingFields(), Options());
  for (Field& field : sampling) {
    bool own = false;
    for (const auto& [name, value] : Options()) own |= name == field.name;
    if (!own) field.use = FieldUse::kHidden;
    field.aliases.clear();
  }
  return Join(
      {sampling,
       Idle("Ollama no longer sends it to its llama-server",
            {"mirostat", "mirostat_tau", "mirostat_eta", "tfs_z",
             "penalize_newline"}),
       Lost("the grammar's bitmask goes to a mask stage", {"format"}),
       Idle("where the text ends is the caller's loop, not the sampler's",
            {"num_predict", "stop"}),
       Idle("not a sampling setting",
            {"num_ctx", "num_keep", "num_batch", "num_gpu", "main_gpu",
             "num_thread", "numa", "low_vram", "f16_kv", "vocab_only",
             "use_mmap", "use_mlock", "logits_all", "num_gqa", "rope_*",
             "draft_num_predict", "embedding_only"}),
       Idle("not a sampling setting: the request's content",
            {"model",       "prompt",     "messages",       "suffix",
             "images",      "system",     "template",       "context",
             "raw",         "tools",      "think",          "from",
             "files",       "adapters",   "license",        "modelfile",
             "details",     "model_info", "capabilities",   "tensors",
             "modified_at", "quantize",   "projector_info", "renderer",
             "parser"}),
       Idle("not a sampling setting: how the answer is delivered",
            {"stream", "keep_alive", "truncate", "shift", "verbose",
             "_debug_render_only", "name"}),
       Idle(kReported, {"logprobs", "top_logprobs"})});
}

// Options stand in "options", in "parameters" (as an object, or as the text
// that /api/show gives), or by themselves.
void Collect(const Value::Object& root, const ImportOptions&,
             std::vector<Setting>& settings, std::vector<Problem>& problems) {
  for (const auto& [name, value] : root) {
    const std::string at = absl::StrCat("/", EscapePointer(name));
    const bool holder = name == "options" || name == "parameters";
    if (holder && value.object() != nullptr) {
      for (const auto& [inner, setting] : *value.object()) {
        settings.push_back(
            {inner, absl::StrCat(at, "/", EscapePointer(inner)), setting});
      }
    } else if (name == "parameters" && value.text() != nullptr) {
      for (Setting& setting : ReadModelfile(*value.text(), problems)) {
        setting.pointer = at;
        settings.push_back(std::move(setting));
      }
    } else {
      settings.push_back({name, at, value});
    }
  }
}

std::vector<Setting> ReadText(absl::string_view text, const ImportOptions&,
                              std::vector<Problem>& problems) {
  return ReadModelfile(text, problems);
}

}  // namespace
}  // namespace ollama

const Runtime& Ollama() {
  static const auto& runtime = *new Runtime{
      .name = "ollama",
      .version = "Ollama (2026)",
      .order = "that of llama.cpp, with Ollama's defaults",
      .fields = ollama::Fields(),
      .build = LlamaCpp().build,
      .leniency = {.truncates = true},
      .marks = {"options", "keep_alive", "num_ctx", "num_gpu", "modelfile",
                "options/temperature", "options/num_ctx"},
      .read_text = ollama::ReadText,
      .collect = ollama::Collect};
  return runtime;
}

}  // namespace sampler::importers
