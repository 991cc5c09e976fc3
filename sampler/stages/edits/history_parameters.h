// The two parameters that every stage which reads the history shares: which
// part of it, and how far back.

#ifndef SAMPLER_STAGES_EDITS_HISTORY_PARAMETERS_H_
#define SAMPLER_STAGES_EDITS_HISTORY_PARAMETERS_H_

#include <cstdint>
#include <optional>

#include "sampler/history/history.h"
#include "sampler/parameters/parameter.h"

namespace sampler {

// "scope" ("prompt", "output" or "both") with this default.
Parameter ScopeParameter(absl::string_view default_scope);

// "window": an integer >= 1, or null for the whole scope.
Parameter WindowParameter();

// Reads both.
HistoryWindow ReadHistoryWindow(const Parameters& parameters);

}  // namespace sampler

#endif  // SAMPLER_STAGES_EDITS_HISTORY_PARAMETERS_H_
