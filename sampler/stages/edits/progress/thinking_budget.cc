#include "sampler/stages/edits/progress/thinking_budget.h"

#include <algorithm>

#include "absl/types/span.h"
#include "sampler/candidates/candidates.h"
#include "sampler/history/phases.h"

namespace sampler {
namespace {

std::string CheckBudget(const Parameters& p) {
  const bool waits =
      p.Choice<ThinkingBudget::At>("at") == ThinkingBudget::At::kNewline;
  const bool has_newlines = !p.TokenIds("newlines").empty();
  if (waits && !has_newlines) {
    return "\"at\": \"newline\" wants the tokens \"newlines\" to wait for";
  }
  if (!waits && (has_newlines || p.Integer("grace") != 0)) {
    return "\"newlines\" and \"grace\" want \"at\": \"newline\"";
  }
  return "";
}

}  // namespace

StageType ThinkingBudget::Type() {
  return {
      .name = "thinking_budget",
      .group = StageGroup::kEdit,
      .summary = "Closes a phase that has lasted long enough.",
      .formula = "l_i = -inf for i != close[k], once the phase has its tokens",
      .source = "vLLM, llama.cpp",
      .parameters =
          {Name("phase", "the phase, of the config's \"phases\"").Required(),
           Integer("tokens", "tokens it may last; null: any number")
               .AtLeast(0)
               .Nullable(),
           OneSequence("close", "tokens that close it").Required(),
           Choice("at", "close it there, or at the next newline")
               .Choices({"once", "newline"}),
           TokenIds("newlines", "tokens after which it may be closed")
               .Default(Value::List{}),
           Integer("grace", "tokens to wait for one of them at most")
               .AtLeast(0)
               .Default(0)},
      .check = CheckBudget,
      .facts = [](const Parameters& p) -> StageFacts {
        return {.neutral = !p.OptionalInteger("tokens").has_value(),
                .history = HistoryWindow{.scope = Scope::kBoth},
                .reads_phases = true,
                .phase = PhaseUse{.name = p.Name("phase"),
                                  .close = p.OneSequence("close")}};
      },
      .create = [](const Parameters& p) -> std::unique_ptr<const Stage> {
        return std::make_unique<ThinkingBudget>(
            Options{.phase = p.Name("phase"),
                    .tokens = p.OptionalInteger("tokens"),
                    .close = p.OneSequence("close"),
                    .at = p.Choice<At>("at"),
                    .newlines = p.TokenIds("newlines"),
                    .grace = p.Integer("grace")});
      }};
}

void ThinkingBudget::Apply(Candidates& candidates,
                           const StepContext& step) const {
  const std::optional<TokenId> forced = Forced(step.history);
  if (forced.has_value()) {
    candidates.RemoveAllBut(absl::MakeConstSpan(&*forced, 1));
  }
}

std::optional<TokenId> ThinkingBudget::Forced(const History& history) const {
  const PhaseRules* const rules = history.phases().rules();
  if (!options_.tokens.has_value() || rules == nullptr) return std::nullopt;
  const std::size_t phase = rules->Find(options_.phase);
  if (phase == rules->phases.size()) return std::nullopt;
  const PhaseState& state = history.phases()[phase];
  // As a difference: the sum could leave the integers.
  if (state.begin < 0 || history.size() - state.begin < *options_.tokens) {
    return std::nullopt;
  }
  const HistoryView text = {history.prompt(), history.output()};
  const std::optional<std::int64_t> deadline = Deadline(text, state.begin);
  if (!deadline.has_value()) return std::nullopt;
  if (state.open()) {
    // Never all of it: it would have ended the phase.
    const std::size_t closed = Closed(text, *deadline, history.size());
    return closed < options_.close.size()
               ? std::optional(options_.close[closed])
               : std::nullopt;
  }
  // It was closed, or closed itself; in the latter case nothing of `close`
  // stands between the deadline and its end.
  if (state.end <= *deadline) return std::nullopt;
  const std::size_t closed = Closed(text, *deadline, state.end);
  const std::int64_t begun = state.end - static_cast<std::int64_t>(closed);
  const auto stands = static_cast<std::size_t>(history.size() - begun);
  const bool goes_on =
      closed > 0 && stands < options_.close.size() && Continues(text, begun);
  return goes_on ? std::optional(options_.close[stands]) : std::nullopt;
}

std::optional<std::int64_t> ThinkingBudget::Deadline(const HistoryView& text,
                                                     std::int64_t begin) const {
  const auto size = static_cast<std::int64_t>(text.size());
  const std::int64_t spent = begin + *options_.tokens;
  if (options_.at == At::kOnce) return spent;
  for (std::int64_t place = spent; place <= size; ++place) {
    if (place - spent == options_.grace) return place;
    if (place > 0 &&
        std::binary_search(options_.newlines.begin(), options_.newlines.end(),
                           text[static_cast<std::size_t>(place - 1)])) {
      return place;
    }
  }
  return std::nullopt;
}

std::size_t ThinkingBudget::Closed(const HistoryView& text, std::int64_t from,
                                   std::int64_t to) const {
  const auto end = static_cast<std::size_t>(to);
  std::size_t length =
      std::min(options_.close.size(), static_cast<std::size_t>(to - from));
  for (; length > 0; --length) {
    std::size_t same = 0;
    while (same < length && text[end - length + same] == options_.close[same]) {
      ++same;
    }
    if (same == length) break;
  }
  return length;
}

bool ThinkingBudget::Continues(const HistoryView& text,
                               std::int64_t from) const {
  const auto begin = static_cast<std::size_t>(from);
  for (std::size_t i = begin; i < text.size(); ++i) {
    if (text[i] != options_.close[i - begin]) return false;
  }
  return true;
}

}  // namespace sampler
