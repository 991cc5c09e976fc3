// Trainer metrics for people, as Markdown and as JSON.
//
// Thread-safety: pure functions.
// Tested by: tests/tools/compare/trainer/trainer_command_test.cc.

#ifndef SAMPLER_TOOLS_COMPARE_TRAINER_PRINT_H_
#define SAMPLER_TOOLS_COMPARE_TRAINER_PRINT_H_

#include <map>
#include <string>

#include "tools/compare/trainer/metrics.h"
#include "tools/text/output.h"

namespace sampler::tools {

std::string TrainerText(const TrainerMetrics& metrics,
                        const TrainerOptions& options);
Json TrainerJson(const TrainerMetrics& metrics, const TrainerOptions& options);

// {"rollout", "trainer", "log_ratio", "causes"} of a row.
Json TrainerRowJson(const TrainerRow& row);

// Adds every number under "trainer." and its name, for gates and CSV: kl of
// off_policy is trainer.kl, weights of sequences are trainer.sequence....
void AddTrainerValues(const TrainerMetrics& metrics,
                      std::map<std::string, double>& values);

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_COMPARE_TRAINER_PRINT_H_
