// The options that say what to sample with: a preset or a config file, flags in
// llama.cpp's spellings, or both.
//
// Without --config the flags are the chain, in command-line order, with no
// hidden defaults, and a categorical draw at its end:
//
//   --top-k 40 --temp 0.8   =   top_k(40) -> temperature(0.8) -> categorical
//
// With --config a flag sets the parameter of the only stage of its type; no
// such stage, or several, is an error. Flags that may be repeated
// (--logit-bias, --bad-words) add to what the stage has: biases of one token
// add up, and a ban stays a ban.
//
// Tested by: tests/tools/options/config_options_test.cc.

#ifndef SAMPLER_TOOLS_OPTIONS_CONFIG_OPTIONS_H_
#define SAMPLER_TOOLS_OPTIONS_CONFIG_OPTIONS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "sampler/config.h"
#include "tools/options/cli_fwd.h"
#include "tools/options/spelt_config.h"
#include "tools/text/token_text.h"

namespace sampler::tools {

struct ConfigOptions {
  std::string config;  // Preset or file; "": flags only.
  // The parser that was given the flags; it knows their order.
  const CLI::App* app = nullptr;
};

// --config and the sampler flags, which ConfigFlags lists.
void AddConfigOptions(CLI::App& app, ConfigOptions& options);

// The checked config. Call after parsing. Problems of a file are prefixed with
// its name, problems of a flag with the flag. `text` turns flags that are text
// (--bad-words), and texts of the config (spelt_config.h), into tokens; they
// are errors where it is empty. How a config's texts are spelt is told on
// stderr, unless the command was given --quiet.
absl::StatusOr<PipelineConfig> ResolveConfig(
    const ConfigOptions& options, std::optional<std::int64_t> vocabulary_size,
    const TokenText& text);

// Returns true if the command line names a config. Call after parsing.
bool GivesConfig(const ConfigOptions& options);

// Returns true if flags among them, or the config, name tokens by their texts.
// Call after parsing.
bool SpellsTexts(const ConfigOptions& options);

// The config of a preset or a file. Problems are prefixed with its name. Adds
// the texts that `text` has spelt to `spelt`.
absl::StatusOr<PipelineConfig> ReadConfig(
    const std::string& name, std::optional<std::int64_t> vocabulary_size,
    const TokenText& text, std::vector<SpeltText>& spelt);

// ---- Steps of the above -------------------------------------------------

// The text of a preset, else of a file.
absl::StatusOr<std::string> ReadConfigText(const std::string& name);

// One flag as given, in command-line order.
struct ConfigFlag {
  std::string name;   // "--top-k".
  std::string value;  // "40"; "" for flags without a value.
};

// A config from flags alone (`base` empty), or `base` with flags applied.
absl::StatusOr<PipelineConfig> ApplyFlags(
    const std::vector<ConfigFlag>& flags, std::optional<PipelineConfig> base,
    std::optional<std::int64_t> vocabulary_size, const TokenText& text);

// Spelling, and the line of help, of every flag.
struct ConfigFlagHelp {
  const char* name;
  const char* value;  // "N", "ID(+|-)BIAS"; "": takes none.
  const char* help;
};
const std::vector<ConfigFlagHelp>& ConfigFlags();

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_OPTIONS_CONFIG_OPTIONS_H_
