// Settings that are YAML, as values. (The library reads none: presets of
// text-generation-webui and configurations of proxies are the tool's.)
//
// Scalars are read as Python's safe_load reads them, since that is what these
// files are written for: plain yes, no, on and off are booleans.
//
// Errors: InvalidArgument, with "line:column: ", for what is no YAML, a key
//   that stands twice, a key that is no scalar, aliases that unfold to more
//   than a million values; Unimplemented in a build without yaml-cpp.
// Thread-safety: pure functions. Cost: linear in the values.
// Tested by: tests/tools/import_yaml_test.cc.

#ifndef SAMPLER_TOOLS_IMPORT_YAML_H_
#define SAMPLER_TOOLS_IMPORT_YAML_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "sampler/parameters/value.h"

namespace sampler::tools {

// Whether settings are YAML and not JSON, a command line or an INI file: by the
// file's name, or by a first line of sense like "key: value" or "- value".
bool LooksLikeYaml(const std::string& file_name, absl::string_view text);

absl::StatusOr<Value> ReadYaml(const std::string& text);

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_IMPORT_YAML_H_
