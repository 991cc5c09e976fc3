#include "sampler/stages/count_penalties.h"

namespace sampler {
namespace {

ParameterTable CountPenaltyParameters() {
  return {Real("penalty", "number to subtract; 0 changes nothing").Required(),
          ScopeParameter("output"), WindowParameter()};
}

template <typename Penalty>
std::unique_ptr<const Stage> Create(const Parameters& p) {
  return std::make_unique<Penalty>(p.Real("penalty"), ReadHistoryWindow(p));
}

}  // namespace

StageType FrequencyPenalty::Type() {
  return {.name = "frequency_penalty",
          .group = StageGroup::kEdit,
          .summary = "Lowers tokens by how often they were seen.",
          .formula = "l_i -= penalty * count(i)",
          .source = "OpenAI API",
          .parameters = CountPenaltyParameters(),
          .create = Create<FrequencyPenalty>};
}

StageType PresencePenalty::Type() {
  return {.name = "presence_penalty",
          .group = StageGroup::kEdit,
          .summary = "Lowers tokens that were seen, by one amount.",
          .formula = "l_i -= penalty * [count(i) > 0]",
          .source = "OpenAI API",
          .parameters = CountPenaltyParameters(),
          .create = Create<PresencePenalty>};
}

void FrequencyPenalty::Apply(Candidates& candidates,
                             const StepContext& step) const {
  if (penalty_ == 0.0) return;
  step.counts.ForEach(
      window_.Of(step.history), [&](TokenId id, std::uint32_t count) {
        candidates.Edit(
            id, [=, this](double logit) { return logit - penalty_ * count; });
      });
}

void PresencePenalty::Apply(Candidates& candidates,
                            const StepContext& step) const {
  if (penalty_ == 0.0) return;
  step.counts.ForEach(
      window_.Of(step.history), [&](TokenId id, std::uint32_t /*count*/) {
        candidates.Edit(id, [this](double logit) { return logit - penalty_; });
      });
}

}  // namespace sampler
