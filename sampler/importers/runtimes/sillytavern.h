// SillyTavern's presets: what each backend is sent. Internal to the importers.

#ifndef SAMPLER_IMPORTERS_RUNTIMES_SILLYTAVERN_H_
#define SAMPLER_IMPORTERS_RUNTIMES_SILLYTAVERN_H_

#include <array>
#include <vector>

#include "absl/strings/string_view.h"
#include "sampler/importers/runtime.h"

namespace sampler::importers {

// Backends, in the order of the columns of SillyTavernNames().
using SillyTavernTargetList = std::array<const Runtime*, 7>;
const SillyTavernTargetList& SillyTavernTargets();

// A preset's name, and what each backend is sent; "": nothing.
struct SillyTavernName {
  absl::string_view theirs;
  std::array<absl::string_view, 7> sent;
};
const std::vector<SillyTavernName>& SillyTavernNames();

}  // namespace sampler::importers

#endif  // SAMPLER_IMPORTERS_RUNTIMES_SILLYTAVERN_H_
