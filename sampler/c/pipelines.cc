// Pipelines of the C interface.

#include "sampler/c/pipelines.h"

#include <string>
#include <utility>
#include <vector>

#include "sampler/c/guard.h"
#include "sampler/c/handles.h"
#include "sampler/config.h"
#include "sampler/parameters/spelling.h"
#include "sampler/presets.h"

namespace {

using sampler::c::Fail;
using sampler::c::Guarded;
using sampler::c::Invalid;

absl::StatusOr<sampler_pipeline*> MakePipeline(absl::string_view json,
                                               std::int64_t vocabulary_size) {
  const auto config = sampler::ParseConfig(json, vocabulary_size);
  if (!config.ok()) return config.status();
  auto made = sampler::Pipeline::Create(*config, vocabulary_size);
  if (!made.ok()) return made.status();
  return new sampler_pipeline{*std::move(made)};
}

std::string UnknownPreset(absl::string_view name) {
  std::vector<absl::string_view> names;
  for (const sampler::Preset& preset : sampler::Presets()) {
    names.push_back(preset.name);
  }
  return sampler::UnknownName("preset", name, names);
}

}  // namespace

extern "C" {

sampler_status sampler_pipeline_create(const char* json, size_t json_size,
                                       int64_t vocabulary_size,
                                       sampler_pipeline** pipeline,
                                       sampler_error* error) {
  return Guarded(error, [&] {
    if (json == nullptr) return Invalid(error, "json: got NULL");
    if (pipeline == nullptr) return Invalid(error, "pipeline: got NULL");
    const auto made = MakePipeline({json, json_size}, vocabulary_size);
    if (!made.ok()) return Fail(error, made.status());
    *pipeline = *made;
    return SAMPLER_OK;
  });
}

sampler_status sampler_pipeline_from_preset(const char* name,
                                            int64_t vocabulary_size,
                                            sampler_pipeline** pipeline,
                                            sampler_error* error) {
  return Guarded(error, [&] {
    if (name == nullptr) return Invalid(error, "name: got NULL");
    if (pipeline == nullptr) return Invalid(error, "pipeline: got NULL");
    const sampler::Preset* preset = sampler::FindPreset(name);
    if (preset == nullptr) return Invalid(error, UnknownPreset(name));
    const auto made = MakePipeline(preset->json, vocabulary_size);
    if (!made.ok()) return Fail(error, made.status());
    *pipeline = *made;
    return SAMPLER_OK;
  });
}

const char* sampler_preset_name(size_t index) {
  const absl::Span<const sampler::Preset> presets = sampler::Presets();
  // A literal: it ends in a zero.
  return index < presets.size() ? presets[index].name.data() : nullptr;
}

void sampler_pipeline_free(sampler_pipeline* pipeline) { delete pipeline; }

int64_t sampler_pipeline_vocabulary_size(const sampler_pipeline* pipeline) {
  return pipeline == nullptr ? -1 : pipeline->pipeline.vocabulary_size();
}

uint64_t sampler_pipeline_fingerprint(const sampler_pipeline* pipeline) {
  return pipeline == nullptr ? 0 : pipeline->pipeline.fingerprint();
}

sampler_status sampler_pipeline_config(const sampler_pipeline* pipeline,
                                       char* text, size_t capacity,
                                       size_t* size, sampler_error* error) {
  return Guarded(error, [&] {
    if (pipeline == nullptr) return Invalid(error, "pipeline: got NULL");
    const std::string json = sampler::ToJson(pipeline->pipeline.config());
    return sampler::c::WriteAll(absl::MakeConstSpan(json.data(), json.size()),
                                "text", text, capacity, size, error);
  });
}

int sampler_pipeline_has_state(const sampler_pipeline* pipeline) {
  return pipeline != nullptr && pipeline->pipeline.has_state() ? 1 : 0;
}

int sampler_pipeline_reads(const sampler_pipeline* pipeline,
                           sampler_input input) {
  constexpr sampler::StepInput kInputs[] = {sampler::StepInput::kMask,
                                            sampler::StepInput::kUnconditional,
                                            sampler::StepInput::kUniform};
  if (pipeline == nullptr || input < SAMPLER_INPUT_MASK ||
      input > SAMPLER_INPUT_UNIFORM) {
    return 0;
  }
  return pipeline->pipeline.Reads(kInputs[input]) ? 1 : 0;
}

}  // extern "C"
