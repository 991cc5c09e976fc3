// Results written to files beside what goes to stdout: --export-json FILE,
// --export-csv FILE, --export-markdown FILE.
//
// A file is written under another name and then renamed, so that it is whole or
// not there; one that exists is replaced.
//
// Errors: those of the system, naming the file.
// Thread-safety: one thread at a time.
// Tested by: tests/tools/compare/compare_test.cc.

#ifndef SAMPLER_TOOLS_TEXT_EXPORTS_H_
#define SAMPLER_TOOLS_TEXT_EXPORTS_H_

#include <functional>
#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "tools/options/cli_fwd.h"

namespace sampler::tools {

enum class ExportFormat { kJson, kCsv, kMarkdown };

struct ExportOptions {
  std::map<ExportFormat, std::string> files;
};

void AddExports(CLI::App& app, ExportOptions& options);

// Writes the texts that were asked for. InvalidArgument for a name of one of
// `inputs`.
absl::Status WriteExports(
    const ExportOptions& options, absl::Span<const std::string> inputs,
    const std::map<ExportFormat, std::function<std::string()>>& texts);

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_TEXT_EXPORTS_H_
