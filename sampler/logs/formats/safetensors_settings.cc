#include "sampler/logs/formats/safetensors_settings.h"

#include <cstddef>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"
#include "sampler/logs/errors.h"

namespace sampler::logs {
namespace {

using Json = nlohmann::json;
using Integers = std::vector<std::int64_t>;

absl::Status WrongSetting(const IntegerTensors& tensors, absl::string_view name,
                          absl::string_view found, absl::string_view want) {
  return InvalidLog({tensors.path(), absl::StrCat("tensor \"", name, "\""),
                     found, want,
                     "the tensors say how each sequence was drawn: write the "
                     "log again"});
}

// The tensor of one integer per sequence; none if the file has none.
absl::StatusOr<std::optional<Integers>> PerSequence(
    const IntegerTensors& tensors, absl::string_view name,
    std::int64_t sequences) {
  auto read = tensors.Read(name);
  if (!read.ok()) return read.status();
  if (!read->has_value()) return std::nullopt;
  Integers values = std::move((*read)->ids);
  if (std::ssize(values) != sequences) {
    return WrongSetting(tensors, name, absl::StrCat(values.size(), " values"),
                        absl::StrCat(sequences, ", one for each sequence"));
  }
  return values;
}

// The texts of the metadata "configs".
absl::StatusOr<std::vector<std::string>> ReadConfigs(
    const IntegerTensors& tensors, const LogDescription& description) {
  std::vector<std::string> configs;
  const auto found = description.metadata.find("configs");
  if (found == description.metadata.end()) return configs;
  const auto wrong = [&] {
    return InvalidLog({tensors.path(), "metadata \"configs\"",
                       absl::StrCat(found->second.size(), " bytes of text"),
                       "a JSON array of configs", "write the log again"});
  };
  const Json json = Json::parse(found->second, nullptr,
                                /*allow_exceptions=*/false);
  if (!json.is_array()) return wrong();
  for (const Json& config : json) {
    if (!config.is_object()) return wrong();
    configs.push_back(config.dump());
  }
  return configs;
}

}  // namespace

absl::Status ReadSettings(const IntegerTensors& tensors, std::int64_t sequences,
                          LogParts& parts) {
  std::optional<Integers> read[4];
  constexpr const char* kNames[] = {"seq_seeds", "seq_streams", "seq_clocks",
                                    "seq_configs"};
  for (std::size_t i = 0; i < 4; ++i) {
    auto values = PerSequence(tensors, kNames[i], sequences);
    if (!values.ok()) return values.status();
    read[i] = *std::move(values);
  }
  const auto& [seeds, streams, clocks, configs] = read;
  const bool any = seeds || streams || clocks || configs;
  if (!any) return absl::OkStatus();
  if (!seeds || !streams) {
    return WrongSetting(tensors, seeds ? "seq_streams" : "seq_seeds", "none",
                        "one for each sequence");
  }
  auto texts = ReadConfigs(tensors, parts.description);
  if (!texts.ok()) return texts.status();
  for (std::size_t s = 0; s < seeds->size(); ++s) {
    std::optional<DrawnWith>& drawn = parts.drawn_with.emplace_back();
    const std::int64_t stream = (*streams)[s];
    if (stream == -1) continue;  // Nobody told of this sequence.
    const std::int64_t clock = clocks ? (*clocks)[s] : 0;
    const std::int64_t config = configs ? (*configs)[s] : -1;
    if (stream < 0 || stream > std::numeric_limits<std::uint32_t>::max()) {
      return WrongSetting(tensors, "seq_streams", absl::StrCat(stream),
                          "-1 or a number below 2^32");
    }
    if (clock < 0) {
      return WrongSetting(tensors, "seq_clocks", absl::StrCat(clock),
                          "0 or more");
    }
    if (config < -1 || config >= std::ssize(*texts)) {
      return WrongSetting(tensors, "seq_configs", absl::StrCat(config),
                          absl::StrCat("-1 or an index of the ", texts->size(),
                                       " configs in the metadata"));
    }
    drawn = DrawnWith{static_cast<std::int32_t>(config),
                      static_cast<std::uint64_t>((*seeds)[s]),
                      static_cast<std::uint32_t>(stream), clock};
  }
  parts.description.configs = *std::move(texts);
  return absl::OkStatus();
}

}  // namespace sampler::logs
