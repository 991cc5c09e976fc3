// Budgets of thinking, as requests give them: a number of tokens, and texts
// that open and close the thinking.
//
// Thread-safety: one Draft, one thread.
// Tested by: tests/importers/budget_test.cc.

#ifndef SAMPLER_IMPORTERS_BUDGET_STEPS_H_
#define SAMPLER_IMPORTERS_BUDGET_STEPS_H_

#include <string>

#include "absl/strings/string_view.h"
#include "sampler/importers/draft.h"

namespace sampler::importers {

// The fields of one runtime; "": it has none of that kind.
struct BudgetFields {
  absl::string_view tokens;      // -1: any number.
  absl::string_view begin = "";  // The text that opens the thinking,
  absl::string_view end = "";    // the one that closes it (or a list, of which
                                 // the first is forced),
  absl::string_view message = "";  // and what is said before that.
};

// Adds the phase "thinking" and a stage `thinking_budget`, if a budget was
// given. Texts that no field gives are <think> and </think>. Without a
// vocabulary, and in parity with the runtime's own random numbers, the budget
// is reported as lost.
void AddThinkingBudget(Draft& draft, const BudgetFields& fields);

}  // namespace sampler::importers

#endif  // SAMPLER_IMPORTERS_BUDGET_STEPS_H_
