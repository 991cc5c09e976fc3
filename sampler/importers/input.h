// The text of an import as settings of a runtime. Internal to the importers.
//
// Thread-safety: pure functions. Cost: linear in the text.
// Tested by: tests/importers/importer_test.cc.

#ifndef SAMPLER_IMPORTERS_INPUT_H_
#define SAMPLER_IMPORTERS_INPUT_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "sampler/importers/draft.h"
#include "sampler/importers/runtime.h"
#include "sampler/parameters/json_document.h"
#include "sampler/parameters/value.h"

namespace sampler::importers {

struct Input {
  const Runtime* runtime = nullptr;  // Whose settings these are.
  std::string version;               // For the report.
  std::vector<Setting> settings;
  std::vector<std::string> lost;         // What else stood in the input.
  std::optional<JsonDocument> document;  // Of JSON: the places of problems.
  std::vector<JsonProblem> problems;
};

// `runtime` null: exllama, told by the names.
Input ReadInput(const Runtime* runtime, absl::string_view text,
                const ImportOptions& options);

// The same of values that were read elsewhere.
Input ReadInput(const Runtime* runtime, const Value& root,
                const ImportOptions& options);

// The defaults of ImportOptions::server_defaults that the runtime takes.
std::vector<Setting> ReadServerDefaults(const Runtime& runtime,
                                        const ImportOptions& options,
                                        std::vector<Problem>& problems);

}  // namespace sampler::importers

#endif  // SAMPLER_IMPORTERS_INPUT_H_
