#include "sampler/stages/edits/progress/loop_ban.h"

#include <algorithm>

#include "sampler/stages/edits/history_parameters.h"

namespace sampler {
namespace {

// Beyond any loop of a text; the window stays within a million tokens.
constexpr double kLongest = 4096;
constexpr double kMostTimes = 256;

struct LoopScratch final : StageScratch {
  Recurrences recurrences;
};

LoopRule ReadRule(const Parameters& p) {
  return {.min_length = p.Integer("min_length"),
          .max_length = p.Integer("max_length"),
          .count = p.Integer("count")};
}

std::string CheckWays(const Parameters& p) {
  return p.Integer("min_length") > p.Integer("max_length")
             ? "want \"min_length\" <= \"max_length\""
             : "";
}

}  // namespace

StageType LoopBan::Type() {
  return {
      .name = "loop_ban",
      .group = StageGroup::kEdit,
      .summary = "Bans tokens that would repeat a pattern too often in a row.",
      .formula = "l_x = -inf where x closes a pattern's repetition no. count",
      .source = "vLLM repetition_detection",
      .parameters = {Integer("count",
                             "repetitions in a row that must not come about")
                         .Within(2, kMostTimes)
                         .Required(),
                     Integer("max_length", "tokens of the longest pattern")
                         .Within(1, kLongest)
                         .Default(32),
                     Integer("min_length", "tokens of the shortest pattern")
                         .Within(1, kLongest)
                         .Default(1),
                     ScopeParameter("output"),
                     TokenIds("exempt", "tokens that are never banned")
                         .Default(Value::List{})},
      .check = CheckWays,
      .facts = [](const Parameters& p) -> StageFacts {
        return {.history = HistoryWindow{
                    .scope = p.Choice<Scope>("scope"),
                    .window = static_cast<std::int64_t>(ReadRule(p).window())}};
      },
      .create = [](const Parameters& p) -> std::unique_ptr<const Stage> {
        return std::make_unique<LoopBan>(ReadRule(p), p.Choice<Scope>("scope"),
                                         p.TokenIds("exempt"));
      }};
}

std::unique_ptr<StageScratch> LoopBan::MakeScratch() const {
  return std::make_unique<LoopScratch>();
}

void LoopBan::Apply(Candidates& candidates, const StepContext& step) const {
  const HistoryView text =
      step.history.View(scope_, static_cast<std::int64_t>(rule_.window()));
  const auto times = static_cast<std::size_t>(rule_.count);
  const std::size_t longest =
      std::min(static_cast<std::size_t>(rule_.max_length), text.size());
  const absl::Span<const std::size_t> matches =
      static_cast<LoopScratch*>(step.scratch)->recurrences.Of(text, longest);
  for (auto p = static_cast<std::size_t>(rule_.min_length); p <= longest; ++p) {
    if (matches[p - 1] + 1 < (times - 1) * p) continue;
    const TokenId next = text[text.size() - p];
    if (std::binary_search(exempt_.begin(), exempt_.end(), next)) continue;
    candidates.Remove(next);
  }
}

}  // namespace sampler
