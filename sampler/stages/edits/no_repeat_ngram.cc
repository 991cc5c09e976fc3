#include "sampler/stages/edits/no_repeat_ngram.h"

#include <algorithm>

#include "sampler/candidates/candidates.h"
#include "sampler/history/repeats.h"

namespace sampler {

StageType NoRepeatNgram::Type() {
  return {
      .name = "no_repeat_ngram",
      .group = StageGroup::kEdit,
      .summary = "Bans tokens that would repeat n tokens in a row.",
      .formula = "l_x = -inf where x has followed the last n - 1 tokens before",
      .source = "Hugging Face",
      .parameters = {Integer(
                         "n",
                         "tokens in a row that must not recur; 0 allows all")
                         .AtLeast(0)
                         .Required(),
                     ScopeParameter("both"), WindowParameter(),
                     TokenIds("exempt", "tokens that are never banned")
                         .Default(Value::List{})},
      .facts = [](const Parameters& p) -> StageFacts {
        return {.neutral = p.Integer("n") == 0,
                .history = ReadHistoryWindow(p)};
      },
      .create = [](const Parameters& p) -> std::unique_ptr<const Stage> {
        return std::make_unique<NoRepeatNgram>(
            p.Integer("n"), ReadHistoryWindow(p), p.TokenIds("exempt"));
      }};
}

void NoRepeatNgram::Apply(Candidates& candidates,
                          const StepContext& step) const {
  const HistoryView text = window_.Of(step.history);
  if (n_ == 0 || n_ > static_cast<std::int64_t>(text.size())) return;
  const HistoryView suffix = step.history.View(Scope::kBoth, n_ - 1);
  step.repeats.ForEach(
      text, suffix, static_cast<std::size_t>(n_ - 1), step.vocabulary_size,
      [&](TokenId id, std::uint32_t /*longest*/) {
        if (std::binary_search(exempt_.begin(), exempt_.end(), id)) return;
        candidates.Remove(id);
      });
}

}  // namespace sampler
