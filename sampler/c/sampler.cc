// Pipelines and sequences of the C interface.

#include "sampler/c/sampler.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sampler/c/guard.h"
#include "sampler/c/handles.h"
#include "sampler/config.h"
#include "sampler/instruction_set.h"
#include "sampler/parameters/spelling.h"
#include "sampler/presets.h"
#include "sampler/random/random_seed.h"
#include "sampler/version.h"

namespace {

using sampler::c::Fail;
using sampler::c::Guarded;
using sampler::c::Invalid;
using sampler::c::OnSequence;

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

// After a call that moved the sequence: what the last step left is of another
// place.
sampler_status ForgetStep(sampler_sequence& sequence,
                          const absl::Status& status, sampler_error* error) {
  if (!status.ok()) return Fail(error, status);
  sequence.has_last_step = false;
  return SAMPLER_OK;
}

}  // namespace

extern "C" {

const char* sampler_version() { return SAMPLER_VERSION; }

const char* sampler_instruction_set() {
  // A literal: it ends in a zero.
  return sampler::InstructionSet().data();
}

sampler_status sampler_check_instruction_set(sampler_error* error) {
  return Guarded(error, [&] {
    const absl::Status status = sampler::CheckInstructionSet();
    return status.ok() ? SAMPLER_OK : Fail(error, status);
  });
}

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

sampler_status sampler_random_seed(uint64_t* seed, sampler_error* error) {
  return Guarded(error, [&] {
    if (seed == nullptr) return Invalid(error, "seed: got NULL");
    const absl::StatusOr<std::uint64_t> drawn = sampler::RandomSeed();
    if (!drawn.ok()) return Fail(error, drawn.status());
    *seed = *drawn;
    return SAMPLER_OK;
  });
}

sampler_status sampler_sequence_create(const sampler_pipeline* pipeline,
                                       uint64_t seed, uint32_t stream,
                                       const int32_t* prompt,
                                       size_t prompt_size,
                                       sampler_sequence** sequence,
                                       sampler_error* error) {
  return Guarded(error, [&] {
    if (pipeline == nullptr) return Invalid(error, "pipeline: got NULL");
    if (sequence == nullptr) return Invalid(error, "sequence: got NULL");
    if (prompt == nullptr && prompt_size > 0) {
      return Invalid(error, "prompt: got NULL");
    }
    auto made = pipeline->pipeline.NewSequence(
        {.seed = seed,
         .stream = stream,
         .prompt = std::vector<std::int32_t>(prompt, prompt + prompt_size)});
    if (!made.ok()) return Fail(error, made.status());
    *sequence = new sampler_sequence{pipeline->pipeline, *std::move(made)};
    return SAMPLER_OK;
  });
}

void sampler_sequence_free(sampler_sequence* sequence) { delete sequence; }

int64_t sampler_sequence_position(const sampler_sequence* sequence) {
  if (sequence == nullptr) return -1;
  const sampler::c::Hold hold(sequence);
  return hold.failed() ? -1 : sequence->sequence.position();
}

sampler_status sampler_rollback(sampler_sequence* sequence, int64_t n,
                                sampler_error* error) {
  return OnSequence(sequence, error, [&] {
    return ForgetStep(*sequence, sequence->sequence.Rollback(n), error);
  });
}

sampler_status sampler_redraw(sampler_sequence* sequence, int64_t n,
                              sampler_error* error) {
  return OnSequence(sequence, error, [&] {
    return ForgetStep(*sequence, sequence->sequence.Redraw(n), error);
  });
}

int64_t sampler_sequence_attempt(const sampler_sequence* sequence) {
  if (sequence == nullptr) return -1;
  const sampler::c::Hold hold(sequence);
  return hold.failed() ? -1 : sequence->sequence.attempt();
}

sampler_status sampler_sequence_set_attempt(sampler_sequence* sequence,
                                            uint32_t attempt,
                                            sampler_error* error) {
  return OnSequence(sequence, error, [&] {
    sequence->sequence.set_attempt(attempt);
    return ForgetStep(*sequence, absl::OkStatus(), error);
  });
}

sampler_status sampler_sequence_snapshot(const sampler_sequence* sequence,
                                         char* text, size_t capacity,
                                         size_t* size, sampler_error* error) {
  return OnSequence(sequence, error, [&] {
    if (size == nullptr) return Invalid(error, "size: got NULL");
    if (text == nullptr && capacity > 0) {
      return Invalid(error, "text: got NULL");
    }
    const std::string snapshot = sequence->sequence.Snapshot();
    *size = snapshot.size();
    if (snapshot.size() > capacity) {
      return Fail(
          error, SAMPLER_OUT_OF_RANGE,
          absl::StrCat("capacity: got ", capacity, ", want ", snapshot.size()));
    }
    std::copy(snapshot.begin(), snapshot.end(), text);
    return SAMPLER_OK;
  });
}

sampler_status sampler_sequence_restore(const sampler_pipeline* pipeline,
                                        const char* snapshot,
                                        size_t snapshot_size,
                                        sampler_sequence** sequence,
                                        sampler_error* error) {
  return Guarded(error, [&] {
    if (pipeline == nullptr) return Invalid(error, "pipeline: got NULL");
    if (snapshot == nullptr) return Invalid(error, "snapshot: got NULL");
    if (sequence == nullptr) return Invalid(error, "sequence: got NULL");
    auto restored =
        pipeline->pipeline.RestoreSequence({snapshot, snapshot_size});
    if (!restored.ok()) return Fail(error, restored.status());
    *sequence = new sampler_sequence{pipeline->pipeline, *std::move(restored)};
    return SAMPLER_OK;
  });
}

sampler_status sampler_sequence_fork(const sampler_sequence* sequence,
                                     uint32_t stream, sampler_sequence** fork,
                                     sampler_error* error) {
  return OnSequence(sequence, error, [&] {
    if (fork == nullptr) return Invalid(error, "fork: got NULL");
    *fork = new sampler_sequence{sequence->pipeline,
                                 sequence->sequence.Fork(stream)};
    return SAMPLER_OK;
  });
}

}  // extern "C"
