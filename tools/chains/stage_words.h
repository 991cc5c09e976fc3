// What can be said of each stage in its own terms: why it removed a token, and
// why it changed nothing. One row for every stage of the registry.
//
// Stages know nothing of explaining, so their rules are put into words here,
// each beside a check that the words are true of the numbers at hand. Where a
// row has no words, or they would not hold (ties, the rarer options), the
// general ones of explain/reason.h do.
//
// Thread-safety: pure functions.
// Tested by: tests/tools/chains/stage_words_test.cc (every stage has its row),
//   tests/tools/explain_test.cc.

#ifndef SAMPLER_TOOLS_CHAINS_STAGE_WORDS_H_
#define SAMPLER_TOOLS_CHAINS_STAGE_WORDS_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "sampler/history/history.h"
#include "tools/explain/moment.h"
#include "tools/explain/step.h"

namespace sampler::tools {

// A stage that found `before` and left `after` removed the candidate that stood
// at `own`.
struct Removal {
  const StageReport& stage;
  const Standing& own;
  const Moment& before;
  const Moment& after;
};

// A stage changed nothing of `before`, although its parameters could have.
struct Inaction {
  const StageReport& stage;
  const Moment& before;
  const History& history;
};

struct StageWords {
  absl::string_view type;
  // Null, or "" as an answer: there are no words for it.
  std::string (*removed)(const Removal& removal) = nullptr;
  std::string (*inactive)(const Inaction& inaction) = nullptr;
};

const std::vector<StageWords>& AllStageWords();

// Null for a stage of the user.
const StageWords* WordsOf(absl::string_view type);

// A number of the stage's parameters; NaN, of which no comparison is true, if
// there is none.
double NumberOf(const StageReport& stage, const char* name);

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_CHAINS_STAGE_WORDS_H_
