#include "sampler/stages/edits/min_tokens.h"

#include <algorithm>

#include "sampler/candidates/candidates.h"

namespace sampler {

StageType MinTokens::Type() {
  return {
      .name = "min_tokens",
      .group = StageGroup::kEdit,
      .summary = "Bans the stop tokens until the text is long enough.",
      .formula = "l_i = -inf for i in stop_ids, while count < n",
      .source = "vLLM, Hugging Face",
      .parameters = {Integer("n", "least number of tokens; 0 changes nothing")
                         .AtLeast(0)
                         .Required(),
                     TokenIds("stop_ids", "tokens that end the text")
                         .Default(Value::List{}),
                     Choice("count",
                            "output tokens, or those of the prompt as well")
                         .Choices({"output", "total"}),
                     Boolean("yield",
                             "leave the stop tokens where nothing else is left")
                         .Default(false)},
      .check = [](const Parameters& p) -> std::string {
        if (p.Integer("n") == 0 || !p.TokenIds("stop_ids").empty()) return "";
        return "want \"stop_ids\", as \"n\" > 0";
      },
      .facts = [](const Parameters& p) -> StageFacts {
        StageFacts facts = {.neutral = p.Integer("n") == 0};
        if (p.Choice<Count>("count") == Count::kTotal) {
          facts.history = HistoryWindow{};
        }
        return facts;
      },
      .create = [](const Parameters& p) -> std::unique_ptr<const Stage> {
        return std::make_unique<MinTokens>(
            p.Integer("n"), p.TokenIds("stop_ids"), p.Choice<Count>("count"),
            p.Boolean("yield") ? OnlyStops::kStay : OnlyStops::kGo);
      }};
}

void MinTokens::Apply(Candidates& candidates, const StepContext& step) const {
  std::int64_t count = step.position;
  if (count_ == Count::kTotal) {
    count += static_cast<std::int64_t>(step.history.prompt().size());
  }
  if (count >= n_) return;
  if (only_stops_ == OnlyStops::kStay) {
    const auto left = std::count_if(
        stop_ids_.begin(), stop_ids_.end(),
        [&](TokenId id) { return candidates.Logit(id).has_value(); });
    if (left == candidates.Count()) return;
  }
  for (const TokenId id : stop_ids_) candidates.Remove(id);
}

}  // namespace sampler
