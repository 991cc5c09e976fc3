// What `sampler import` was asked for, and the settings that it reads.
//
// Tested by: tests/tools/import_test.cc, tests/tools/import_yaml_test.cc.

#ifndef SAMPLER_TOOLS_IMPORT_SOURCE_H_
#define SAMPLER_TOOLS_IMPORT_SOURCE_H_

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "sampler/importers/importer.h"
#include "sampler/parameters/value.h"
#include "tools/text/output.h"

namespace sampler::tools {

struct ImportCommand {
  std::string runtime;
  std::string file;
  std::optional<std::string> text;  // "--text".
  std::string vocab_file;
  std::string generation_config;
  std::string output_file;  // "", "-": stdout.
  bool force = false;
  bool strict = false;
  bool no_defaults = false;
  importers::ImportOptions options;
  OutputOptions output;
};

// What the settings are, and how they are to be read.
struct Source {
  std::string text;
  std::optional<Value> yaml;  // They are YAML.
  std::string recognised;     // By what the runtime was told.
};

// The name that a file's problems are told under.
std::string NameOf(const ImportCommand& command);

// Every problem with the name of what it was found in.
absl::Status Prefixed(const absl::Status& status, const std::string& name);

// Reads the settings, and those of --generation-config into the options. Names
// the runtime where the command does not.
absl::StatusOr<Source> ReadSource(ImportCommand& command);

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_IMPORT_SOURCE_H_
