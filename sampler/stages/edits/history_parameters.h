// The two parameters that stages on the history share: its part ("scope") and
// how far back they read ("window").

#ifndef SAMPLER_STAGES_EDITS_HISTORY_PARAMETERS_H_
#define SAMPLER_STAGES_EDITS_HISTORY_PARAMETERS_H_

#include <cstdint>
#include <optional>

#include "sampler/history/history.h"
#include "sampler/parameters/parameter.h"

namespace sampler {

// "scope" ("prompt", "output", "both" or "phase") with this default.
Parameter ScopeParameter(absl::string_view default_scope);

// "window": an integer >= 1, or null for the whole scope.
Parameter WindowParameter();

// "exempt": ids that the stage leaves alone.
Parameter ExemptParameter();

// Reads both parameters.
HistoryWindow ReadHistoryWindow(const Parameters& parameters);

}  // namespace sampler

#endif  // SAMPLER_STAGES_EDITS_HISTORY_PARAMETERS_H_
