// A budget of thinking as an engine's fields: the way back of AddThinkingBudget
// (budget_steps.h). Internal to the exporter.
//
// A config names the marks of its phase by token ids, and an engine by texts:
// without a vocabulary nothing is written. (vLLM has the number alone: its
// marks are those of the model's parser.)
//
// Thread-safety: pure function.
// Tested by: tests/importers/budget_export_test.cc.

#ifndef SAMPLER_IMPORTERS_EXPORT_BUDGET_FIELDS_H_
#define SAMPLER_IMPORTERS_EXPORT_BUDGET_FIELDS_H_

#include "sampler/config.h"
#include "sampler/importers/budget_steps.h"
#include "sampler/importers/token_texts.h"
#include "sampler/parameters/value.h"

namespace sampler::importers {

// The fields of a stage `thinking_budget` of `config`; none if the engine
// cannot have it: the phase begins in several ways, or its close does not end
// it.
Value::Object BudgetAsFields(const BudgetFields& names,
                             const PipelineConfig& config,
                             const StageConfig& stage, const TokenTexts& texts);

}  // namespace sampler::importers

#endif  // SAMPLER_IMPORTERS_EXPORT_BUDGET_FIELDS_H_
