// A file given as the wrong one of two: settings of another runtime in the
// place of a config, and a config in the place of settings to import.
//
// Tested by: tests/tools/options/foreign_settings_test.cc.

#ifndef SAMPLER_TOOLS_OPTIONS_FOREIGN_SETTINGS_H_
#define SAMPLER_TOOLS_OPTIONS_FOREIGN_SETTINGS_H_

#include <string>

#include "absl/strings/string_view.h"

namespace sampler::tools {

// Returns true if `text` is a JSON object with a list "stages".
bool LooksLikeConfig(absl::string_view text);

// How the settings in `text`, read from the file `name`, become a config; empty
// if they look like those of no runtime, or like a config.
std::string ImportHint(const std::string& name, absl::string_view text);

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_OPTIONS_FOREIGN_SETTINGS_H_
