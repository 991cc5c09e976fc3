// LM Studio: presets, a model's own defaults, model.yaml. Its engine for GGUF
// models is llama.cpp, with another repetition penalty by default.

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sampler/importers/request_fields.h"
#include "sampler/importers/runtime.h"
#include "sampler/parameters/spelling.h"

namespace sampler::importers {
namespace lm_studio {
namespace {

struct Key {
  absl::string_view field;  // llama.cpp's.
  absl::string_view key;
  Value off;  // The value where the box is not checked.
};

const std::vector<Key>& Keys() {
  static const auto& keys = *new std::vector<Key>{
      {"temperature", "llm.prediction.temperature", 1.0},
      {"top_k", "llm.prediction.topKSampling", 0},
      {"top_p", "llm.prediction.topPSampling", 1.0},
      {"min_p", "llm.prediction.minPSampling", 0.0},
      {"repeat_penalty", "llm.prediction.repeatPenalty", 1.0},
      {"presence_penalty", "llm.prediction.presencePenalty", 0.0},
      {"frequency_penalty", "llm.prediction.frequencyPenalty", 0.0},
      {"typical_p", "llm.prediction.llama.typicalPSampling", 1.0},
      {"xtc_probability", "llm.prediction.llama.xtcProbability", 0.0},
      {"xtc_threshold", "llm.prediction.llama.xtcThreshold", 0.1},
      {"seed", "llm.prediction.seed", -1}};
  return keys;
}

FieldTable Fields() {
  FieldTable sampling =
      WithDefaults(LlamaCppSamplingFields(), {{"repeat_penalty", 1.1}});
  for (Field& field : sampling) {
    field.aliases.clear();
    bool own = false;
    for (const Key& key : Keys()) {
      if (key.field != field.name) continue;
      own = true;
      field.aliases.push_back(key.key);
      if (field.name == "seed") field.aliases.push_back("llm.load.seed");
    }
    if (!own) field.use = FieldUse::kHidden;
  }
  return Join(
      {sampling,
       Lost("the grammar's bitmask goes to a mask stage",
            {"llm.prediction.structured"}, Value::Object{{"type", "none"}}),
       Lost("llama.cpp's mirostat, whose numbers stand elsewhere",
            {"llm.prediction.llama.mirostatSampling"}),
       Idle("llama.cpp has no such step any more",
            {"llm.prediction.llama.tailFreeSampling"}),
       Idle("not a sampling setting",
            {"llm.prediction.systemPrompt", "llm.prediction.contextPrefill",
             "llm.prediction.contextOverflowPolicy",
             "llm.prediction.promptTemplate", "llm.prediction.tools",
             "llm.prediction.rawTools", "llm.prediction.toolNaming",
             "llm.prediction.toolCallStopStrings",
             "llm.prediction.speculativeDecoding.*",
             "llm.prediction.reasoning.*", "llm.prediction.llama.cpuThreads",
             "llm.prediction.vision.*", "llm.load.*", "ext.*", "load.*"}),
       Idle(kReported,
            {"llm.prediction.logProbs", "llm.prediction.llama.logProbs"}),
       Idle("where the text ends is the caller's loop, not the sampler's",
            {"llm.prediction.stopStrings",
             "llm.prediction.maxPredictedTokens"})});
}

// {"checked": c, "value": v} is v, or off.
Value Unwrapped(const Value& value, const Value& off) {
  const Value::Object* box = value.object();
  if (box == nullptr || box->count("checked") == 0) return value;
  const bool* checked = box->at("checked").boolean();
  if (checked != nullptr && !*checked) return off;
  return box->count("value") != 0 ? box->at("value") : Value();
}

void CollectFields(const Value& holder, const std::string& pointer,
                   std::vector<Setting>& settings) {
  if (holder.object() == nullptr || holder.object()->count("fields") == 0) {
    return;
  }
  const Value::List* fields = holder.object()->at("fields").list();
  for (std::size_t i = 0; fields != nullptr && i < fields->size(); ++i) {
    const Value::Object* field = (*fields)[i].object();
    if (field == nullptr || field->count("key") == 0 ||
        field->at("key").text() == nullptr) {
      continue;
    }
    const std::string& key = *field->at("key").text();
    Value off;
    for (const Key& known : Keys()) {
      if (known.key == key) off = known.off;
    }
    const Value value =
        field->count("value") != 0 ? field->at("value") : Value();
    settings.push_back(
        {key, absl::StrCat(pointer, "/fields/", i), Unwrapped(value, off)});
  }
}

void Collect(const Value::Object& root, const ImportOptions&,
             std::vector<Setting>& settings, std::vector<Problem>&) {
  CollectFields(Value(root), "", settings);
  for (const char* name : {"operation", "load"}) {
    if (root.count(name) != 0) {
      CollectFields(root.at(name), absl::StrCat("/", name), settings);
    }
  }
  const auto config = root.find("config");
  if (config != root.end() && config->second.object() != nullptr) {
    for (const char* name : {"operation", "load"}) {
      const Value::Object& inner = *config->second.object();
      if (inner.count(name) == 0) continue;
      CollectFields(inner.at(name), absl::StrCat("/config/", name), settings);
    }
  }
  if (!settings.empty()) return;
  for (const auto& [name, value] : root) {
    settings.push_back({name, absl::StrCat("/", EscapePointer(name)), value});
  }
}

}  // namespace
}  // namespace lm_studio

const Runtime& LmStudio() {
  static const auto& runtime =
      *new Runtime{.name = "lmstudio",
                   .version = "LM Studio with llama.cpp",
                   .order = "that of llama.cpp",
                   .fields = lm_studio::Fields(),
                   .build = LlamaCpp().build,
                   .leniency = {.truncates = true},
                   .marks = {"operation/fields", "config/operation",
                             "load/fields", "fields/key"},
                   .collect = lm_studio::Collect};
  return runtime;
}

}  // namespace sampler::importers
