// What an engine makes of exported fields, beside the config that they were
// written for: the exporter's report. Internal to the exporter.
//
// Tested by: tests/importers/exports_come_back_test.cc.

#ifndef SAMPLER_IMPORTERS_EXPORT_ROUND_TRIP_H_
#define SAMPLER_IMPORTERS_EXPORT_ROUND_TRIP_H_

#include <string>

#include "sampler/config.h"
#include "sampler/importers/export/field_writer.h"
#include "sampler/importers/exporter.h"

namespace sampler::importers {

// Adds an entry for what is lost.
void AddLost(std::string stage, std::string effect, ExportReport& report);

// Adds an entry for every stage of `config`, and for what the engine would run
// beside them: `run` is the config that it makes of the fields. Cost: the
// product of both numbers of stages.
void CompareWithRun(const PipelineConfig& config, const PipelineConfig& run,
                    const StageFieldNames& names, ExportReport& report);

}  // namespace sampler::importers

#endif  // SAMPLER_IMPORTERS_EXPORT_ROUND_TRIP_H_
