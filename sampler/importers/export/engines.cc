#include <utility>

#include "sampler/importers/export/engine.h"

namespace sampler::importers {

StageFields One(absl::string_view stage, absl::string_view parameter,
                absl::string_view field, absl::string_view step) {
  return {stage, {{parameter, field}}, step};
}

StageFields Where(StageFields row, absl::string_view parameter, Value value) {
  row.where = {parameter, std::move(value)};
  return row;
}

const std::vector<ExportEngine>& ExportEngineTable() {
  static const auto& engines = *new std::vector<ExportEngine>{
      LlamaServer(),      LlamaFlags(),    OllamaFile(),
      GenerationConfig(), OpenAiRequest(), VllmRequest(),
      SgLangRequest(),    KoboldRequest(), TextGenRequest()};
  return engines;
}

}  // namespace sampler::importers
