#include "tools/replay/configs.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "tools/text/output.h"

namespace sampler::tools {
namespace {

bool HasConfig(const logs::LogSequence& sequence) {
  return sequence.drawn_with.has_value() && sequence.drawn_with->config >= 0;
}

// The configs of the log; every sequence has one.
absl::StatusOr<ReplayConfigs> Logged(const logs::Log& log) {
  ReplayConfigs result;
  std::map<std::int32_t, std::size_t> places;
  for (const logs::LogSequence& sequence : log.sequences()) {
    const std::int32_t index = sequence.drawn_with->config;
    const auto [place, fresh] = places.emplace(index, result.configs.size());
    result.of_sequence.push_back(place->second);
    if (!fresh) continue;
    auto config =
        ParseConfig(log.description().configs[static_cast<std::size_t>(index)],
                    log.vocabulary_size());
    if (!config.ok()) {
      return absl::InvalidArgumentError(absl::StrCat(
          "config ", index, " of the log: ", config.status().message()));
    }
    result.configs.push_back(*std::move(config));
  }
  return result;
}

}  // namespace

absl::StatusOr<ReplayConfigs> ResolveReplayConfigs(const ConfigOptions& options,
                                                   const logs::Log& log,
                                                   const TokenText& text) {
  const auto sequences = log.sequences();
  const auto told =
      std::count_if(sequences.begin(), sequences.end(), HasConfig);
  if (told > 0 && !GivesConfig(options)) {
    if (told == std::ssize(sequences)) return Logged(log);
    const auto first =
        std::find_if_not(sequences.begin(), sequences.end(), HasConfig);
    return WithHint(
        absl::InvalidArgumentError(absl::StrCat(
            "the log tells the config of ", told, " of its ", sequences.size(),
            " sequences, not that of sequence ", first - sequences.begin())),
        "give one for all: --config FILE");
  }
  auto config = ResolveConfig(options, log.vocabulary_size(), text);
  if (!config.ok()) return config.status();
  return ReplayConfigs{{*std::move(config)}, {}};
}

}  // namespace sampler::tools
