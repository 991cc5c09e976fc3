// The parts of a config that speak of phases: "phases" at its top, "when" of a
// stage, and stages that look at a phase. Internal.
//
// Thread-safety: pure functions.
// Tested by: tests/config_phases_test.cc.

#ifndef SAMPLER_CONFIG_PHASES_H_
#define SAMPLER_CONFIG_PHASES_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sampler/config.h"
#include "sampler/history/history.h"
#include "sampler/history/phases.h"
#include "sampler/parameters/parameter.h"

namespace sampler {

// What a phase may be told.
const ParameterTable& PhaseTable();

// Reports what is wrong with phases, conditions, and stages that name a phase.
void CheckPhases(const PipelineConfig& config,
                 std::optional<std::int64_t> vocabulary_size,
                 const StageRegistry& registry, std::vector<Problem>& problems);

// The phases of a config in the order of their names; null where there are
// none. REQUIRES: CheckPhases has nothing to report.
std::shared_ptr<const PhaseRules> CompilePhases(const PipelineConfig& config);

// In words, why stage `index` does not run after `history`; "" if it runs.
// REQUIRES: as above.
std::string WhyNotRun(const PipelineConfig& config, std::size_t index,
                      const History& history);

}  // namespace sampler

#endif  // SAMPLER_CONFIG_PHASES_H_
