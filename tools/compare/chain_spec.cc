#include "tools/compare/chain_spec.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "sampler/parameters/printable.h"
#include "sampler/parameters/spelling.h"
#include "tools/options/config_flag_rules.h"
#include "tools/options/config_options.h"

namespace sampler::tools {
namespace {

// The names that configs have for what a flag calls otherwise.
constexpr std::pair<absl::string_view, absl::string_view> kAliases[] = {
    {"--typical-p", "--typical"},
    {"--repetition-penalty", "--repeat-penalty"},
    {"--top-nsigma", "--top-n-sigma"}};

// "--top-p" of "top_p", "top-p" or "--top-p".
std::string FlagName(absl::string_view name) {
  std::string flag =
      absl::StrReplaceAll(absl::StripAsciiWhitespace(name), {{"_", "-"}});
  if (!absl::StartsWith(flag, "--")) flag = "--" + flag;
  for (const auto& [alias, known] : kAliases) {
    if (flag == alias) return std::string(known);
  }
  return flag;
}

absl::Status UnknownFlag(const std::string& option, const std::string& flag) {
  std::vector<absl::string_view> names;
  for (const ConfigFlagHelp& known : ConfigFlags()) {
    names.push_back(absl::string_view(known.name).substr(2));
  }
  return absl::InvalidArgumentError(absl::StrCat(
      option, ": ", UnknownName("parameter", flag.substr(2), names)));
}

bool IsKnown(const std::string& flag) {
  return std::any_of(
      ConfigFlags().begin(), ConfigFlags().end(),
      [&](const ConfigFlagHelp& known) { return flag == known.name; });
}

// Parts of "BASE;name=value;...": BASE may be left out.
struct Parts {
  std::string base;
  std::vector<ConfigFlag> flags;
};

absl::StatusOr<Parts> Split(const std::string& option,
                            const std::string& given) {
  Parts parts;
  std::error_code ignored;
  if (std::filesystem::is_regular_file(given, ignored)) {
    parts.base = given;
    return parts;
  }
  for (const absl::string_view part :
       absl::StrSplit(given, ';', absl::SkipWhitespace())) {
    const std::size_t equals = part.find('=');
    if (equals == absl::string_view::npos) {
      const bool first = parts.base.empty() && parts.flags.empty();
      const std::string name(absl::StripAsciiWhitespace(part));
      if (!first) {
        return absl::InvalidArgumentError(absl::StrCat(
            option, ": got ", Printable(Shortened(name)), " behind other ",
            "parts, want name=value; a preset or file stands first"));
      }
      parts.base = name;
      continue;
    }
    const std::string flag = FlagName(part.substr(0, equals));
    if (!IsKnown(flag)) return UnknownFlag(option, flag);
    parts.flags.push_back({flag, std::string(absl::StripAsciiWhitespace(
                                     part.substr(equals + 1)))});
  }
  if (parts.base.empty() && parts.flags.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(
        option, ": got nothing, want a preset, a config file or name=value"));
  }
  return parts;
}

}  // namespace

std::string ShellWord(const std::string& word) {
  const bool plain =
      !word.empty() && std::all_of(word.begin(), word.end(), [](char c) {
        return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
               absl::StrContains("_-./:=,+@%", absl::string_view(&c, 1));
      });
  if (plain) return word;
  return absl::StrCat("'", absl::StrReplaceAll(word, {{"'", "'\\''"}}), "'");
}

absl::StatusOr<ChainSpec> ResolveChain(const std::string& option,
                                       const std::string& given,
                                       std::int64_t vocabulary_size,
                                       const TokenText& text) {
  auto parts = Split(option, given);
  if (!parts.ok()) return parts.status();
  ChainSpec spec;
  spec.given = given;
  std::optional<PipelineConfig> base;
  if (parts->base == kRawChain && parts->flags.empty()) {
    spec.config = {.stages = {{"categorical"}}};
    spec.arguments = "--config neutral";
    return spec;
  }
  if (!parts->base.empty()) {
    auto config = ReadConfig(parts->base, vocabulary_size, text, spec.spelt);
    if (!config.ok()) {
      return absl::Status(
          config.status().code(),
          absl::StrCat(option, ": ", config.status().message()));
    }
    base = *std::move(config);
    spec.spells_texts = !spec.spelt.empty();
    spec.arguments = absl::StrCat("--config ", ShellWord(parts->base));
  }
  for (const ConfigFlag& flag : parts->flags) {
    spec.spells_texts |= IsText(FlagRuleOf(flag.name).kind);
    absl::StrAppend(&spec.arguments, spec.arguments.empty() ? "" : " ",
                    flag.name, flag.value.empty() ? "" : " ",
                    flag.value.empty() ? "" : ShellWord(flag.value));
  }
  auto config =
      ApplyFlags(parts->flags, std::move(base), vocabulary_size, text);
  if (!config.ok()) {
    return absl::Status(config.status().code(),
                        absl::StrCat(option, ": ", config.status().message()));
  }
  spec.config = *std::move(config);
  return spec;
}

}  // namespace sampler::tools
