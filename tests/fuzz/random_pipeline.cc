#include "tests/fuzz/random_pipeline.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "sampler/config.h"
#include "sampler/stages/registry.h"
#include "tests/fuzz/require.h"
#include "tests/support/random_parameters.h"

namespace sampler::fuzz {
namespace {

// What stages and conditions may speak of.
const PipelineConfig& WithPhases() {
  static const auto& config = *new PipelineConfig(ParseConfig(R"({"version": 1,
        "phases": {"thinking": {"begin": [[0], [3, 4]], "end": [[1], [2]]},
                   "answer": {"begin": [[1], [5]], "end": [[0], [6, 6]]}},
        "stages": [{"type": "categorical"}]})")
                                                      .value());
  return config;
}

Value RandomCondition(ByteSource& source) {
  const char* const phase = source.Maybe() ? "thinking" : "answer";
  const auto from = static_cast<std::int64_t>(source.Below(6));
  const Value range =
      Value::List{from, from + 1 + static_cast<std::int64_t>(source.Below(6))};
  switch (source.Below(4)) {
    case 0:
      return Value::Object{{"phase", phase}};
    case 1:
      return Value::Object{{"position", range}};
    case 2:
      return Value::Object{{"phase", phase}, {"phase_position", range}};
    default:
      return Value::Object{{"not", Value::Object{{"phase", phase}}}};
  }
}

StageConfig RandomStage(ByteSource& source, const StageType& type) {
  StageConfig stage{std::string(type.name)};
  for (const Parameter& line : type.parameters) {
    if (!line.required() && !source.Maybe()) continue;
    stage.parameters.emplace(std::string(line.name()),
                             RandomValue(line, source));
  }
  if (type.group != StageGroup::kDraw && source.Below(8) == 7) {
    stage.when = RandomCondition(source);
  }
  return stage;
}

// Types whose stages may stand there.
std::vector<const StageType*> TypesOf(bool draws) {
  std::vector<const StageType*> types;
  for (const StageType& type : StageRegistry::BuiltIn().types()) {
    if ((type.group == StageGroup::kDraw) == draws) types.push_back(&type);
  }
  return types;
}

bool PrecedesDraw(const StageConfig& stage) {
  return StageRegistry::BuiltIn().Find(stage.type)->precedes_draw;
}

}  // namespace

std::optional<Pipeline> RandomPipeline(ByteSource& source,
                                       std::int64_t vocabulary_size) {
  static const auto& others = *new std::vector(TypesOf(/*draws=*/false));
  static const auto& draws = *new std::vector(TypesOf(/*draws=*/true));
  PipelineConfig config = WithPhases();
  if (source.Below(8) == 7) config.rng = Rng::kLlamaCpp;
  const StageConfig draw = RandomStage(source, *source.Of(draws));
  config.stages = {draw};
  // A draw with illegal parameters gives way to the plain one.
  if (!CheckConfig(config, vocabulary_size).empty()) {
    config.stages = {StageConfig{"categorical"}};
  }
  for (std::size_t n = source.Below(7); n > 0; --n) {
    StageConfig stage = RandomStage(source, *source.Of(others));
    PipelineConfig with = config;
    // What must stand right before the draw stands last of all.
    const auto place =
        std::find_if(with.stages.begin(), with.stages.end() - 1, PrecedesDraw);
    with.stages.insert(PrecedesDraw(stage) ? with.stages.end() - 1 : place,
                       std::move(stage));
    if (CheckConfig(with, vocabulary_size).empty()) config = std::move(with);
  }
  absl::StatusOr<Pipeline> pipeline = Pipeline::Create(config, vocabulary_size);
  if (!pipeline.ok()) {
    // The plain draw may still be none of this `rng`.
    Require(!CheckConfig(config, vocabulary_size).empty(),
            "a config without problems makes a pipeline");
    return std::nullopt;
  }
  return *std::move(pipeline);
}

}  // namespace sampler::fuzz
