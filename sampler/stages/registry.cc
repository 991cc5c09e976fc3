#include "sampler/stages/registry.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "sampler/stages/draws/arithmetic.h"
#include "sampler/stages/draws/categorical.h"
#include "sampler/stages/draws/greedy.h"
#include "sampler/stages/draws/gumbel_max.h"
#include "sampler/stages/draws/gumbel_top_k.h"
#include "sampler/stages/draws/gumbel_watermark.h"
#include "sampler/stages/draws/synthid.h"
#include "sampler/stages/edits/allow_tokens.h"
#include "sampler/stages/edits/bad_words.h"
#include "sampler/stages/edits/dry.h"
#include "sampler/stages/edits/encoder_repetition_penalty.h"
#include "sampler/stages/edits/exponential_decay_length.h"
#include "sampler/stages/edits/forced_tokens.h"
#include "sampler/stages/edits/frequency_penalty.h"
#include "sampler/stages/edits/guidance.h"
#include "sampler/stages/edits/kgw_watermark.h"
#include "sampler/stages/edits/logit_bias.h"
#include "sampler/stages/edits/mask.h"
#include "sampler/stages/edits/min_tokens.h"
#include "sampler/stages/edits/no_repeat_ngram.h"
#include "sampler/stages/edits/presence_penalty.h"
#include "sampler/stages/edits/progress/end_ramp.h"
#include "sampler/stages/edits/progress/loop_ban.h"
#include "sampler/stages/edits/progress/lz_penalty.h"
#include "sampler/stages/edits/progress/thinking_budget.h"
#include "sampler/stages/edits/repetition_penalty.h"
#include "sampler/stages/edits/sequence_bias.h"
#include "sampler/stages/edits/suppress_tokens.h"
#include "sampler/stages/shapes/adaptive_p.h"
#include "sampler/stages/shapes/dynamic_temperature.h"
#include "sampler/stages/shapes/quadratic.h"
#include "sampler/stages/shapes/skew.h"
#include "sampler/stages/shapes/temperature.h"
#include "sampler/stages/truncations/diff_sampling.h"
#include "sampler/stages/truncations/ees.h"
#include "sampler/stages/truncations/epsilon_cutoff.h"
#include "sampler/stages/truncations/eta_cutoff.h"
#include "sampler/stages/truncations/logit_threshold.h"
#include "sampler/stages/truncations/min_k.h"
#include "sampler/stages/truncations/min_p.h"
#include "sampler/stages/truncations/mirostat.h"
#include "sampler/stages/truncations/p_less.h"
#include "sampler/stages/truncations/p_less_norm.h"
#include "sampler/stages/truncations/tail_free.h"
#include "sampler/stages/truncations/top_a.h"
#include "sampler/stages/truncations/top_h.h"
#include "sampler/stages/truncations/top_k.h"
#include "sampler/stages/truncations/top_n_sigma.h"
#include "sampler/stages/truncations/top_p.h"
#include "sampler/stages/truncations/typical_p.h"
#include "sampler/stages/truncations/xtc.h"

namespace sampler {

StringView StageGroupName(StageGroup group) {
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
  static const StageRegistry* const built_in =
      new StageRegistry({LogitBias::Type(),
                         SuppressTokens::Type(),
                         AllowTokens::Type(),
                         BadWords::Type(),
                         SequenceBiasStage::Type(),
                         MinTokens::Type(),
                         ForcedTokens::Type(),
                         ThinkingBudget::Type(),
                         Mask::Type(),
                         NoRepeatNgram::Type(),
                         LoopBan::Type(),
                         ExponentialDecayLength::Type(),
                         EndRamp::Type(),
                         Guidance::Type(),
                         RepetitionPenalty::Type(),
                         FrequencyPenalty::Type(),
                         PresencePenalty::Type(),
                         Dry::Type(),
                         LzPenalty::Type(),
                         EncoderRepetitionPenalty::Type(),
                         KgwWatermark::Type(),
                         Temperature::Type(),
                         DynamicTemperature::Type(),
                         Quadratic::Type(),
                         Skew::Type(),
                         AdaptiveP::Type(),
                         TopK::Type(),
                         TopP::Type(),
                         MinP::Type(),
                         TypicalP::Type(),
                         TopA::Type(),
                         TailFree::Type(),
                         EpsilonCutoff::Type(),
                         EtaCutoff::Type(),
                         TopNSigma::Type(),
                         TopH::Type(),
                         Ees::Type(),
                         DiffSampling::Type(),
                         PLess::Type(),
                         PLessNorm::Type(),
                         MinK::Type(),
                         LogitThreshold::Type(),
                         Xtc::Type(),
                         Mirostat::Type(),
                         Categorical::Type(),
                         Greedy::Type(),
                         GumbelMax::Type(),
                         GumbelTopK::Type(),
                         Arithmetic::Type(),
                         GumbelWatermark::Type(),
                         SynthId::Type()});
  return *built_in;
}

absl::Status StageRegistry::Add(StageType type) {
  if (type.name.empty()) {
    return absl::InvalidArgumentError("a stage without a name");
  }
  if (type.create == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat("stage \"", type.name, "\" has no function `create`"));
  }
  if (Find(type.name) != nullptr) {
    return absl::AlreadyExistsError(
        absl::StrCat("a stage \"", type.name, "\" is registered already"));
  }
  types_.push_back(std::move(type));
  return absl::OkStatus();
}

const StageType* StageRegistry::Find(StringView name) const {
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
