// An engine that configs are exported to: which fields its stages are, and how
// its settings are written. Internal to the exporter.

#ifndef SAMPLER_IMPORTERS_EXPORT_ENGINE_H_
#define SAMPLER_IMPORTERS_EXPORT_ENGINE_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "sampler/config.h"
#include "sampler/importers/budget_steps.h"
#include "sampler/parameters/value.h"

namespace sampler::importers {

enum class ExportForm { kJson, kFlags, kModelfile };

// A parameter of a stage and the field that it becomes.
struct ParameterField {
  absl::string_view parameter;
  absl::string_view field;
  Value absent = {};  // The field's value where the parameter is null.
};

struct StageFields {
  absl::string_view stage;
  std::vector<ParameterField> fields;
  absl::string_view step = {};  // In the engine's order.
  double scale = 1;             // field = parameter / scale.
  // The row is of stages in which this parameter has that value; no name: of
  // all.
  std::pair<absl::string_view, Value> where = {};
};

// Tokens that are forced at the first place and at the last one, which a length
// in tokens tells; no names: the engine has neither.
struct ForcedFields {
  absl::string_view first;
  absl::string_view last;
  absl::string_view length;
};

struct ExportEngine {
  absl::string_view name;
  absl::string_view importer;
  ExportForm form = ExportForm::kJson;
  std::vector<StageFields> stages;
  // What is written where no stage says otherwise, so that no default acts.
  std::vector<std::pair<absl::string_view, Value>> neutral = {};
  // What is written if the config draws, and if it ends in `greedy`.
  std::vector<std::pair<absl::string_view, Value>> sampling = {};
  std::vector<std::pair<absl::string_view, Value>> greedy = {};
  absl::string_view order = {};  // The field that orders the steps.
  std::vector<absl::string_view> steps_by_number = {};
  absl::string_view seed = {};
  absl::string_view bias = {};  // logit_bias, a map; "[]": a list of pairs.
  bool bias_pairs = false;
  // Middle and range in place of two ends.
  absl::string_view range = {};
  ForcedFields forced = {};
  absl::string_view decay = {};  // [start, factor] of exponential_decay_length.
  absl::string_view forced_ids = {};  // One id for each place from the first.
  absl::string_view words = {};       // Texts that must not occur.
  // Of a budget of thinking; no tokens: it has none.
  BudgetFields budget = {.tokens = ""};
  // A stage that the engine runs by itself.
  StageConfig own = {};
};

const std::vector<ExportEngine>& ExportEngineTable();

// The engines of that table, by family.
ExportEngine LlamaServer();
ExportEngine LlamaFlags();
ExportEngine OllamaFile();
ExportEngine KoboldRequest();
ExportEngine OpenAiRequest();
ExportEngine VllmRequest();
ExportEngine SgLangRequest();
ExportEngine GenerationConfig();
ExportEngine TextGenRequest();

// A stage with one parameter that counts.
StageFields One(absl::string_view stage, absl::string_view parameter,
                absl::string_view field, absl::string_view step = {});

// The row, for stages in which the parameter has the value.
StageFields Where(StageFields row, absl::string_view parameter, Value value);

// The text of the fields.
std::string WriteFields(const ExportEngine& engine,
                        const Value::Object& fields);

}  // namespace sampler::importers

#endif  // SAMPLER_IMPORTERS_EXPORT_ENGINE_H_
