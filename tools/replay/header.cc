// What a replay was asked, for its header: chains, seeds, streams, ties.

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "nlohmann/json.hpp"
#include "sampler/config.h"
#include "sampler/config/printed.h"
#include "tools/options/seed_source.h"
#include "tools/replay/print.h"

namespace sampler::tools {
namespace {

// What all configs say alike, each once.
std::string Joined(const ReplayHeader& header,
                   std::string (*text)(const PipelineConfig&)) {
  std::vector<std::string> texts;
  for (const PipelineConfig& config : header.configs.configs) {
    std::string one = text(config);
    if (std::find(texts.begin(), texts.end(), one) == texts.end()) {
      texts.push_back(std::move(one));
    }
  }
  return absl::StrJoin(texts, " | ");
}

SeedSource SourceOfSeed(const ReplayHeader& header) {
  return SeedSourceOf(header.options.run, header.log.sequences(),
                      header.configs.configs);
}

}  // namespace

std::string ChainsText(const ReplayHeader& header) {
  const std::size_t count = header.configs.configs.size();
  const std::string chains = Joined(header, [](const PipelineConfig& c) {
    return std::string(ChainText(c));
  });
  return count == 1 ? chains
                    : absl::StrCat(count, " of the log's sequences: ", chains);
}

std::string TiesText(const ReplayHeader& header) {
  return Joined(
      header, [](const PipelineConfig& c) { return std::string(TieRule(c)); });
}

std::string SeedText(const ReplayHeader& header) {
  const RunOptions& run = header.options.run;
  return SettingsFromLog(header.log, run).seeds
             ? "as logged"
             : absl::StrCat(run.SeedFor(header.configs.configs[0]));
}

std::string SeedLine(const ReplayHeader& header) {
  const SeedSource source = SourceOfSeed(header);
  const bool some_logged =
      SettingsFromLog(header.log, header.options.run).seeds;
  return some_logged && source == SeedSource::kNobody
             ? "as logged, 0 where the log tells none"
             : SeedWithSource(SeedText(header), source);
}

std::string StreamText(const ReplayHeader& header) {
  const RunOptions& run = header.options.run;
  return SettingsFromLog(header.log, run).streams
             ? "as logged"
             : absl::StrCat(run.stream.value_or(0));
}

Json SettingsJson(const ReplayHeader& header) {
  const RunOptions& run = header.options.run;
  const LoggedSettings logged = SettingsFromLog(header.log, run);
  const std::vector<PipelineConfig>& configs = header.configs.configs;
  Json all = Json::array();
  for (const PipelineConfig& config : configs) {
    all.push_back(Json::parse(ToPrintedJson(config)));
  }
  const bool one = configs.size() == 1;
  return {
      {"chain", ChainsText(header)},
      {"config", one ? all.front() : Json(nullptr)},
      {"configs", one ? Json(nullptr) : all},
      {"seed", logged.seeds ? Json(nullptr) : Json(run.SeedFor(configs[0]))},
      {"seed_from", SeedSourceName(SourceOfSeed(header))},
      {"stream", logged.streams ? Json(nullptr) : Json(run.stream.value_or(0))},
      {"step", logged.clocks ? Json(nullptr) : Json(run.step.value_or(0))},
      {"settings", logged.seeds && logged.streams ? "logged" : "given"}};
}

}  // namespace sampler::tools
