// The presets: every config of configs/, compiled in, so that neither a program
// nor the tool needs files of their own.
//
//   const Preset* preset = FindPreset("balanced");
//   absl::StatusOr<PipelineConfig> config = ParseConfig(preset->json);
//
// Thread-safety: constant data.
// Tested by: tests/tools/presets_test.cc, tests/threads_test.cc.

#ifndef SAMPLER_PRESETS_H_
#define SAMPLER_PRESETS_H_

#include "absl/types/span.h"
#include "sampler/language.h"

namespace sampler {

struct Preset {
  StringView name;  // The file's name without ".json".
  StringView json;  // The file's content.
};

// All of them, always in the same order.
absl::Span<const Preset> Presets();

// Those of configs/phases: both modes of a model in one chain. The marks of
// their phases are texts, which only a vocabulary spells: the tool does, and
// ParseConfig refuses them.
absl::Span<const Preset> TextPresets();

// Null if Presets() has none of that name.
const Preset* FindPreset(StringView name);

}  // namespace sampler

#endif  // SAMPLER_PRESETS_H_
