#include "sampler/stages/registry.h"

#include <cassert>
#include <utility>

#include "sampler/stages/allow_tokens.h"
#include "sampler/stages/categorical.h"
#include "sampler/stages/count_penalties.h"
#include "sampler/stages/greedy.h"
#include "sampler/stages/logit_bias.h"
#include "sampler/stages/min_p.h"
#include "sampler/stages/repetition_penalty.h"
#include "sampler/stages/suppress_tokens.h"
#include "sampler/stages/temperature.h"
#include "sampler/stages/top_k.h"
#include "sampler/stages/top_p.h"
#include "sampler/stages/typical_p.h"

namespace sampler {

absl::string_view StageGroupName(StageGroup group) {
  switch (group) {
    case StageGroup::kEdit:
      return "edit";
    case StageGroup::kShape:
      return "shape";
    case StageGroup::kTruncate:
      return "truncate";
    case StageGroup::kDraw:
      break;
  }
  return "draw";
}

const StageRegistry& StageRegistry::BuiltIn() {
  static const StageRegistry* const built_in = [] {
    auto* registry = new StageRegistry;
    registry->Add(LogitBias::Type());
    registry->Add(SuppressTokens::Type());
    registry->Add(AllowTokens::Type());
    registry->Add(RepetitionPenalty::Type());
    registry->Add(FrequencyPenalty::Type());
    registry->Add(PresencePenalty::Type());
    registry->Add(Temperature::Type());
    registry->Add(TopK::Type());
    registry->Add(TopP::Type());
    registry->Add(MinP::Type());
    registry->Add(TypicalP::Type());
    registry->Add(Categorical::Type());
    registry->Add(Greedy::Type());
    return registry;
  }();
  return *built_in;
}

void StageRegistry::Add(StageType type) {
  assert(Find(type.name) == nullptr);
  types_.push_back(std::move(type));
}

const StageType* StageRegistry::Find(absl::string_view name) const {
  for (const StageType& type : types_) {
    if (type.name == name) return &type;
  }
  return nullptr;
}

std::vector<absl::string_view> StageRegistry::names() const {
  std::vector<absl::string_view> names;
  names.reserve(types_.size());
  for (const StageType& type : types_) names.push_back(type.name);
  return names;
}

}  // namespace sampler
