#include "tests/support/stage_chains.h"

#include <algorithm>
#include <random>
#include <utility>

#include "absl/strings/match.h"
#include "tests/support/random_parameters.h"
#include "tests/support/stage_examples.h"

namespace sampler {
namespace {

const StageType& TypeOf(const StageConfig& stage) {
  return *StageRegistry::BuiltIn().Find(stage.type);
}

// Is the stage legal by itself?
bool IsLegal(const StageConfig& stage) {
  return CheckConfig(ChainOf({stage}, Rng::kHouse), kChainVocabulary).empty();
}

StageConfig RandomStage(const StageType& type, std::uint64_t percent,
                        Random& random) {
  StageConfig stage{std::string(type.name)};
  for (const Parameter& line : type.parameters) {
    if (!line.required() && random() % 100 >= percent) continue;
    stage.parameters.emplace(std::string(line.name()),
                             RandomValue(line, random));
  }
  return stage;
}

// A legal stage. As many of its optional parameters are given as `percent`
// says, or the fewest with which one is found.
StageConfig LegalStage(const StageType& type, std::uint64_t percent,
                       Random& random) {
  for (; percent <= 100; percent += 10) {
    for (int attempt = 0; attempt < 100; ++attempt) {
      StageConfig stage = RandomStage(type, percent, random);
      if (IsLegal(stage)) return stage;
    }
  }
  ADD_FAILURE() << "no legal parameters for " << type.name;
  return {std::string(type.name)};
}

void AddUnlessThere(StageConfig stage, std::vector<StageConfig>& stages) {
  if (std::find(stages.begin(), stages.end(), stage) == stages.end()) {
    stages.push_back(std::move(stage));
  }
}

}  // namespace

std::vector<StageConfig> StagesOf(const StageType& type, int random) {
  std::uint64_t seed = 1;
  for (const char c : type.name) {
    seed = 31 * seed + static_cast<unsigned char>(c);
  }
  Random source(seed);
  std::vector<StageConfig> stages = {LegalStage(type, 0, source)};
  for (const Example& example : Examples()) {
    if (example.type != type.name) continue;
    AddUnlessThere(ExampleStage(example.type, example.active), stages);
  }
  for (int i = 0; i < random; ++i) {
    AddUnlessThere(LegalStage(type, 50, source), stages);
  }
  return stages;
}

std::vector<std::string> StageNames() {
  const auto names = StageRegistry::BuiltIn().names();
  return {names.begin(), names.end()};
}

PipelineConfig ChainOf(std::vector<StageConfig> stages, Rng rng) {
  // 0: anywhere; 1: right before the draw; 2: the draw.
  const auto place = [](const StageConfig& stage) {
    const StageType& type = TypeOf(stage);
    return type.group == StageGroup::kDraw ? 2 : type.precedes_draw ? 1 : 0;
  };
  std::stable_sort(stages.begin(), stages.end(),
                   [&](const StageConfig& a, const StageConfig& b) {
                     return place(a) < place(b);
                   });
  PipelineConfig config = {.rng = rng, .stages = std::move(stages)};
  if (absl::StrContains(ToJson(config), "\"phase\"")) {
    config.phases = SomePhases();
  }
  if (place(config.stages.back()) == 2) return config;
  for (const StageType& type : StageRegistry::BuiltIn().types()) {
    if (type.group != StageGroup::kDraw) continue;
    config.stages.push_back({std::string(type.name)});
    if (CheckConfig(config, kChainVocabulary).empty()) return config;
    config.stages.pop_back();
  }
  config.stages.push_back({"categorical"});
  return config;
}

std::vector<PipelineConfig> ChainsWithTruncations(const StageConfig& stage,
                                                  Rng rng) {
  std::vector<PipelineConfig> chains;
  for (const StageType& type : StageRegistry::BuiltIn().types()) {
    if (type.group != StageGroup::kTruncate) continue;
    for (const StageConfig& truncation : StagesOf(type, 0)) {
      for (auto order : {std::vector<StageConfig>{stage, truncation},
                         std::vector<StageConfig>{truncation, stage}}) {
        PipelineConfig chain = ChainOf(std::move(order), rng);
        if (std::find(chains.begin(), chains.end(), chain) == chains.end()) {
          chains.push_back(std::move(chain));
        }
      }
    }
  }
  return chains;
}

}  // namespace sampler
