// The presets: every config of configs/, compiled in, so that the tool needs no
// files of its own.
//
// Thread-safety: constant data.
// Tested by: tests/tools/presets_test.cc.

#ifndef SAMPLER_TOOLS_PRESETS_H_
#define SAMPLER_TOOLS_PRESETS_H_

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace sampler::tools {

struct Preset {
  absl::string_view name;  // The file's name without ".json".
  absl::string_view json;  // The file's content.
};

absl::Span<const Preset> Presets();

// Null if there is no preset of that name.
const Preset* FindPreset(absl::string_view name);

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_PRESETS_H_
