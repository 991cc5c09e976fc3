// The report of `sampler import`, for people and as JSON.
//
// Tested by: tests/tools/import_test.cc.

#ifndef SAMPLER_TOOLS_IMPORT_PRINT_H_
#define SAMPLER_TOOLS_IMPORT_PRINT_H_

#include <string>

#include "sampler/importers/importer.h"
#include "tools/text/output.h"

namespace sampler::tools {

// A table, a field a line, at most 100 columns wide.
std::string ImportText(const importers::Imported& imported);

// {"schema": "sampler.import/1", "config": {...}, "report": [...]}.
Json ImportJson(const importers::Imported& imported);

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_IMPORT_PRINT_H_
