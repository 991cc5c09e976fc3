// The report of `sampler import`, for people and as JSON.
//
// Tested by: tests/tools/import_test.cc.

#ifndef SAMPLER_TOOLS_IMPORT_PRINT_H_
#define SAMPLER_TOOLS_IMPORT_PRINT_H_

#include <optional>
#include <string>

#include "sampler/config.h"
#include "sampler/importers/importer.h"
#include "tools/text/output.h"

namespace sampler::tools {

// A table, a field a line, at most 100 columns wide, and how many fields had
// which outcome.
std::string ReportText(const importers::ImportReport& report);

// {"schema": "sampler.import/1", "config": {...}, "report": [...],
// "counts": {...}}; "config" is null if the import failed.
Json ImportJson(const std::optional<PipelineConfig>& config,
                const importers::ImportReport& report);

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_IMPORT_PRINT_H_
