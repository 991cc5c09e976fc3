#include "tools/options/config_options.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

#include "CLI/CLI.hpp"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "sampler/logs/files/file_names.h"
#include "sampler/logs/files/input_file.h"
#include "sampler/parameters/spelling.h"
#include "sampler/presets.h"
#include "tools/options/config_flag_rules.h"
#include "tools/options/foreign_settings.h"
#include "tools/text/output.h"

namespace sampler::tools {
namespace {

constexpr char kSamplerGroup[] =
    "Sampler (alone: a chain in command-line order)";

std::vector<absl::string_view> PresetNames() {
  std::vector<absl::string_view> names;
  for (const auto& presets : {Presets(), TextPresets()}) {
    for (const Preset& preset : presets) names.push_back(preset.name);
  }
  return names;
}

// Null if there is none of that name.
const Preset* FindAnyPreset(absl::string_view name) {
  for (const auto& presets : {Presets(), TextPresets()}) {
    for (const Preset& preset : presets) {
      if (preset.name == name) return &preset;
    }
  }
  return nullptr;
}

bool IsQuiet(const CLI::App& app) {
  const CLI::Option* const quiet = app.get_option_no_throw("--quiet");
  return quiet != nullptr && quiet->count() > 0;
}

// The flags in the order in which they were given.
std::vector<ConfigFlag> GivenFlags(const CLI::App& app) {
  std::map<const CLI::Option*, std::size_t> seen;
  std::vector<ConfigFlag> given;
  for (const CLI::Option* option : app.parse_order()) {
    for (const ConfigFlagHelp& flag : ConfigFlags()) {
      if (!option->check_name(flag.name)) continue;
      const std::size_t index = seen[option]++;
      const bool takes_value = *flag.value != '\0';
      given.push_back(
          {flag.name, takes_value ? option->results().at(index) : ""});
    }
  }
  return given;
}

}  // namespace

void AddConfigOptions(CLI::App& app, ConfigOptions& options) {
  options.app = &app;
  app.add_option("-c,--config", options.config,
                 absl::StrCat("Config file (- is stdin), or a preset:\n",
                              absl::StrJoin(PresetNames(), ", ")))
      ->type_name("FILE|PRESET");
  for (const ConfigFlagHelp& flag : ConfigFlags()) {
    if (*flag.value == '\0') {
      app.add_flag(flag.name, flag.help)->group(kSamplerGroup);
    } else {
      // One value each; several occurrences are kept apart.
      app.add_option(flag.name, flag.help)
          ->type_name(flag.value)
          ->type_size(1)
          ->expected(1, CLI::detail::expected_max_vector_size)
          ->allow_extra_args(false)
          ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
          ->group(kSamplerGroup);
    }
  }
}

absl::StatusOr<std::string> ReadConfigText(const std::string& name) {
  if (const Preset* preset = FindAnyPreset(name)) {
    return std::string(preset->json);
  }
  constexpr std::int64_t kMostBytes = std::int64_t{64} << 20;
  const auto file = logs::InputFile::Open(name);
  if (file.ok() && file->size() > kMostBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat(Printable(name), ": got a file of ", Grouped(file->size()),
                     " bytes, want a config of at most 64 MB"));
  }
  const absl::StatusOr<std::vector<unsigned char>> text =
      file.ok() ? file->ReadAll() : file.status();
  if (!text.ok()) {
    const std::vector<absl::string_view> names = PresetNames();
    const bool is_there = !absl::IsNotFound(text.status());
    return WithHint(
        absl::NotFoundError(absl::StrCat(
            Printable(name), ": neither a preset nor a file that can be read",
            DidYouMean(name, names),
            is_there ? absl::StrCat(" (", text.status().message(), ")") : "")),
        absl::StrCat("presets: ", absl::StrJoin(names, ", ")));
  }
  return std::string(text->begin(), text->end());
}

absl::StatusOr<PipelineConfig> ReadConfig(
    const std::string& name, std::optional<std::int64_t> vocabulary_size,
    const TokenText& text, std::vector<SpeltText>& spelt) {
  const absl::StatusOr<std::string> json = ReadConfigText(name);
  if (!json.ok()) return json.status();
  absl::StatusOr<PipelineConfig> config =
      ReadSpeltConfig(*json, vocabulary_size, text, spelt);
  if (config.ok()) return config;
  const absl::Status wrong = absl::InvalidArgumentError(
      absl::StrJoin(absl::StrSplit(config.status().message(), '\n'), "\n",
                    [&](std::string* out, absl::string_view line) {
                      absl::StrAppend(out, logs::InputName(name), ":", line);
                    }));
  const std::string hint = ImportHint(name, *json);
  return hint.empty() ? wrong : WithHint(wrong, Printable(hint));
}

bool GivesConfig(const ConfigOptions& options) {
  return !options.config.empty() || !GivenFlags(*options.app).empty();
}

bool SpellsTexts(const ConfigOptions& options) {
  const std::vector<ConfigFlag> flags = GivenFlags(*options.app);
  const bool by_flag =
      std::any_of(flags.begin(), flags.end(), [](const ConfigFlag& flag) {
        return IsText(FlagRuleOf(flag.name).kind);
      });
  if (by_flag || options.config.empty()) return by_flag;
  // What can be read once alone is not read here: it may have texts.
  if (options.config == "-") return true;
  const absl::StatusOr<std::string> json = ReadConfigText(options.config);
  return json.ok() && HasTexts(*json);
}

absl::StatusOr<PipelineConfig> ResolveConfig(
    const ConfigOptions& options, std::optional<std::int64_t> vocabulary_size,
    const TokenText& text) {
  const std::vector<ConfigFlag> flags = GivenFlags(*options.app);
  if (options.config.empty() && flags.empty()) {
    return WithHint(absl::InvalidArgumentError("nothing to sample with"),
                    absl::StrCat("give --config FILE, --config PRESET (",
                                 absl::StrJoin(PresetNames(), ", "),
                                 ") or flags such as --temp 0.8 --top-p 0.95"));
  }
  std::optional<PipelineConfig> base;
  if (!options.config.empty()) {
    std::vector<SpeltText> spelt;
    auto config = ReadConfig(options.config, vocabulary_size, text, spelt);
    if (!config.ok()) return config.status();
    if (!IsQuiet(*options.app)) TellSpelt(spelt, text);
    base = *std::move(config);
  }
  return ApplyFlags(flags, std::move(base), vocabulary_size, text);
}

}  // namespace sampler::tools
