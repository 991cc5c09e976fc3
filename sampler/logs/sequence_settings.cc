#include "sampler/logs/sequence_settings.h"

#include <algorithm>
#include <cstddef>
#include <limits>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "nlohmann/json.hpp"
#include "sampler/config.h"
#include "sampler/config/printed.h"

namespace sampler::logs {
namespace {

using Json = nlohmann::json;

Json Parse(absl::string_view text) {
  return Json::parse(text.begin(), text.end(), nullptr,
                     /*allow_exceptions=*/false);
}

}  // namespace

SequenceSettings SettingsOf(const Pipeline& pipeline,
                            const Sequence& sequence) {
  return {sampler::ToPrintedJson(pipeline.config()), sequence.seed(),
          sequence.stream(), sequence.clock()};
}

std::string ToJson(const SequenceSettings& settings) {
  const Json json = {{"config", settings.config},
                     {"seed", settings.seed},
                     {"stream", settings.stream},
                     {"clock", settings.clock}};
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::optional<SequenceSettings> SettingsFromJson(absl::string_view text) {
  const Json json = Parse(text);
  if (!json.is_object() || json.size() != 4 || !json.contains("config") ||
      !json["config"].is_string()) {
    return std::nullopt;
  }
  for (const char* name : {"seed", "stream", "clock"}) {
    if (!json.contains(name) || !json[name].is_number_unsigned()) {
      return std::nullopt;
    }
  }
  const auto stream = json["stream"].get<std::uint64_t>();
  const auto clock = json["clock"].get<std::uint64_t>();
  SequenceSettings settings = {
      json["config"].get<std::string>(), json["seed"].get<std::uint64_t>(),
      static_cast<std::uint32_t>(stream), static_cast<std::int64_t>(clock)};
  const bool fits = stream <= std::numeric_limits<std::uint32_t>::max() &&
                    settings.clock >= 0 && IsConfigText(settings.config);
  return fits ? std::optional(std::move(settings)) : std::nullopt;
}

bool IsConfigText(absl::string_view config) {
  return config.empty() || Parse(config).is_object();
}

void SettingsTable::Add(const std::optional<SequenceSettings>& settings) {
  if (!settings.has_value()) {
    sequences_.push_back(std::nullopt);
    return;
  }
  DrawnWith drawn = {-1, settings->seed, settings->stream, settings->clock};
  if (!settings->config.empty()) {
    const auto [place, fresh] = places_.emplace(
        settings->config, static_cast<std::int32_t>(texts_.size()));
    if (fresh) texts_.push_back(settings->config);
    drawn.config = place->second;
  }
  sequences_.push_back(drawn);
}

bool SettingsTable::empty() const {
  return std::none_of(sequences_.begin(), sequences_.end(),
                      [](const auto& s) { return s.has_value(); });
}

std::string SettingsTable::configs() const {
  return absl::StrCat("[", absl::StrJoin(texts_, ","), "]");
}

}  // namespace sampler::logs
