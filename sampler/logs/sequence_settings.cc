#include "sampler/logs/sequence_settings.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <limits>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "sampler/config.h"
#include "sampler/config/printed.h"
#include "sampler/parameters/json_document.h"
#include "sampler/parameters/value_json.h"

namespace sampler::logs {
namespace {

std::optional<JsonDocument> ReadAll(absl::string_view text) {
  std::vector<JsonProblem> problems;
  return ReadJson(text, problems);
}

// Member `name` of an object, which is an integer that is not negative.
std::optional<std::uint64_t> NumberOf(const JsonDocument& json,
                                      const char* name) {
  const auto place = json.place.members.find(name);
  if (place == json.place.members.end()) return std::nullopt;
  if (place->second.big != 0) return place->second.big;
  const std::int64_t* const small = json.root.object()->at(name).integer();
  if (small == nullptr || *small < 0) return std::nullopt;
  return static_cast<std::uint64_t>(*small);
}

}  // namespace

SequenceSettings SettingsOf(const Pipeline& pipeline,
                            const Sequence& sequence) {
  return {sampler::ToPrintedJson(pipeline.config()), sequence.seed(),
          sequence.stream(), sequence.clock()};
}

// Keys in the order of the alphabet.
std::string ToJson(const SequenceSettings& settings) {
  return absl::StrCat(R"({"clock":)", settings.clock, R"(,"config":)",
                      WriteJsonString(settings.config), R"(,"seed":)",
                      settings.seed, R"(,"stream":)", settings.stream, "}");
}

std::optional<SequenceSettings> SettingsFromJson(absl::string_view text) {
  const std::optional<JsonDocument> json = ReadAll(text);
  const Value::Object* const given =
      json.has_value() ? json->root.object() : nullptr;
  if (given == nullptr || given->size() != 4) return std::nullopt;
  const auto config = given->find("config");
  if (config == given->end() || config->second.text() == nullptr) {
    return std::nullopt;
  }
  std::uint64_t numbers[3];
  const char* const names[] = {"seed", "stream", "clock"};
  for (std::size_t i = 0; i < std::size(names); ++i) {
    const std::optional<std::uint64_t> number = NumberOf(*json, names[i]);
    if (!number.has_value()) return std::nullopt;
    numbers[i] = *number;
  }
  SequenceSettings settings = {*config->second.text(), numbers[0],
                               static_cast<std::uint32_t>(numbers[1]),
                               static_cast<std::int64_t>(numbers[2])};
  const bool fits = numbers[1] <= std::numeric_limits<std::uint32_t>::max() &&
                    settings.clock >= 0 && IsConfigText(settings.config);
  return fits ? std::optional(std::move(settings)) : std::nullopt;
}

bool IsConfigText(absl::string_view config) {
  if (config.empty()) return true;
  const std::optional<JsonDocument> json = ReadAll(config);
  return json.has_value() && json->root.object() != nullptr;
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
