// Thinking budget: closes a phase that has lasted long enough, token by token.
//
//   b = where the phase last began,  n = tokens of the text so far
//   d = b + tokens                                             at "once"
//   d = the first place >= b + tokens, and at most `grace` behind it, whose
//       token before it is one of `newlines`; failing that the place `grace`
//       tokens behind                                          at "newline"
//   while n >= d and the phase is open:
//     k = the longest beginning of `close` with which the tokens from d on end;
//     l_i = -inf for i != close[k]
//   after it was closed so: the same until all of `close` stands there
//
// Contract: nothing happens if the phase ends before d, by itself. The count
//   goes on from the phase's beginning, also one in the prompt; a text that
//   left the way of `close` (a log's, a forced token) begins to close anew. No
//   tokens (null) changes nothing. `close` must hold one of the phase's end
//   sequences, which a config is checked for; what it holds after that is still
//   forced. A closing token that was removed before is not revived: the row's
//   status is then no_candidate. A function of the history alone.
// Thread-safety: immutable; any number of threads may call Apply.
// Cost: O(1) within the budget; then O(grace + close^2).
// Source: vLLM thinking_token_budget, llama.cpp --reasoning-budget.
// Tested by: tests/stages/edits/thinking_budget_test.cc, tests/oracle_test.cc,
//   tests/laws/phase_laws_test.cc.

#ifndef SAMPLER_STAGES_EDITS_PROGRESS_THINKING_BUDGET_H_
#define SAMPLER_STAGES_EDITS_PROGRESS_THINKING_BUDGET_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sampler/candidates/candidates.h"
#include "sampler/history/history.h"
#include "sampler/stages/registry.h"

namespace sampler {

class ThinkingBudget final : public Stage {
 public:
  enum class At { kOnce, kNewline };

  struct Options {
    std::string phase;
    std::optional<std::int64_t> tokens;
    std::vector<TokenId> close;
    At at = At::kOnce;
    std::vector<TokenId> newlines;  // Ascending.
    std::int64_t grace = 0;
  };

  static StageType Type();

  explicit ThinkingBudget(Options options) : options_(std::move(options)) {}

  void Apply(Candidates& candidates, const StepContext& step) const override;

 private:
  // The only token that may come next; empty: any.
  std::optional<TokenId> Forced(const History& history) const;

  // d, or none while the text has not come so far.
  std::optional<std::int64_t> Deadline(const HistoryView& text,
                                       std::int64_t begin) const;

  // Length of the longest beginning of `close` with which text[from, to) ends.
  std::size_t Closed(const HistoryView& text, std::int64_t from,
                     std::int64_t to) const;

  // Returns true if text[from, end) is the beginning of `close`.
  bool Continues(const HistoryView& text, std::int64_t from) const;

  Options options_;
};

}  // namespace sampler

#endif  // SAMPLER_STAGES_EDITS_PROGRESS_THINKING_BUDGET_H_
