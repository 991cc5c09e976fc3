#include "sampler/stages/edits/sequence_bias.h"

#include <algorithm>
#include <cmath>

#include "sampler/candidates/candidates.h"

namespace sampler {

StageType SequenceBiasStage::Type() {
  return {
      .name = "sequence_bias",
      .group = StageGroup::kEdit,
      .summary = "Adds a constant to tokens that would complete a sequence.",
      .formula = "l_x += b where history + x ends with the sequence",
      .source = "Hugging Face",
      .parameters = {SequenceBiases("entries",
                                    "sequences, and what to add to the "
                                    "token that completes one, or false to "
                                    "ban it")
                         .Default(Value::List{}),
                     ScopeParameter()},
      .facts = [](const Parameters& p) -> StageFacts {
        StageFacts facts = HistoryFacts(p);
        facts.neutral = true;
        for (const auto& [sequence, bias] : p.SequenceBiases("entries")) {
          if (bias != 0.0) facts.neutral = false;
          if (sequence.size() == 1 && std::isinf(bias)) {
            facts.bans.push_back(sequence.front());
          }
        }
        std::sort(facts.bans.begin(), facts.bans.end());
        return facts;
      },
      .create = [](const Parameters& p) -> std::unique_ptr<const Stage> {
        return std::make_unique<SequenceBiasStage>(p.SequenceBiases("entries"),
                                                   p.Choice<Match>("scope"));
      }};
}

StageFacts SequenceBiasStage::HistoryFacts(const Parameters& parameters) {
  const bool both = parameters.Choice<Match>("scope") == Match::kBoth;
  return {.history =
              HistoryWindow{.scope = both ? Scope::kBoth : Scope::kOutput}};
}

Parameter SequenceBiasStage::ScopeParameter() {
  return Choice("scope", "whether a match may begin in the prompt")
      .Choices({"both", "output"});
}

void SequenceBiasStage::Apply(Candidates& candidates,
                              const StepContext& step) const {
  const HistoryView history = step.history.View(
      match_ == Match::kBoth ? Scope::kBoth : Scope::kOutput, std::nullopt);
  for (const auto& [sequence, bias] : entries_) {
    const absl::Span<const TokenId> all = sequence;
    if (!history.EndsWith(all.first(all.size() - 1))) continue;
    candidates.Edit(all.back(),
                    [bias = bias](double logit) { return logit + bias; });
  }
}

}  // namespace sampler
