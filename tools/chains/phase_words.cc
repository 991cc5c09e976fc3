#include "tools/chains/phase_words.h"

#include "absl/strings/str_cat.h"
#include "sampler/history/phases.h"

namespace sampler::tools {

std::string OpenPhases(const PhaseTrack& track) {
  std::string names;
  if (track.rules() == nullptr) return names;
  const std::vector<PhaseRule>& phases = track.rules()->phases;
  for (std::size_t i = 0; i < phases.size(); ++i) {
    if (!track[i].open()) continue;
    absl::StrAppend(&names, names.empty() ? "" : "+", phases[i].name);
  }
  return names;
}

}  // namespace sampler::tools
