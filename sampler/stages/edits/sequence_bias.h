// Sequence bias: adds a constant to the token that would complete a sequence,
// or bans it.
//
//   l_x += b    where the history followed by x ends with the sequence
//   false in place of a number: l_x = -inf
//
// A sequence of one token applies always. The biases of all sequences that
// match add up, in the order of the list.
//
// Contract: biases are finite, or a ban; sequences are not empty. With scope
//   "output" a match may not reach into the prompt. A history that is too short
//   does not match. A removed token stays removed; an overflow to +inf gives
//   the row the status "infinite".
// Nothing is remembered between steps, so that rollback and snapshots are
//   exact.
// Thread-safety: immutable; any number of threads may call Apply.
// Cost: O(tokens of all sequences), mostly one comparison per sequence.
// Source: Hugging Face SequenceBiasLogitsProcessor (scope "both").
// Tested by: tests/stages/edits/stages_sequence_test.cc, tests/oracle_test.cc.

#ifndef SAMPLER_STAGES_EDITS_SEQUENCE_BIAS_H_
#define SAMPLER_STAGES_EDITS_SEQUENCE_BIAS_H_

#include <utility>
#include <vector>

#include "sampler/candidates/candidates.h"
#include "sampler/stages/registry.h"

namespace sampler {

class SequenceBiasStage final : public Stage {
 public:
  // Whether a match may begin in the prompt.
  enum class Match { kBoth, kOutput };

  static StageType Type();

  // "scope", for every stage that matches sequences, and what it says of the
  // history that they read.
  static Parameter ScopeParameter();
  static StageFacts HistoryFacts(const Parameters& parameters);

  SequenceBiasStage(std::vector<SequenceBias> entries, Match match)
      : entries_(std::move(entries)), match_(match) {}

  void Apply(Candidates& candidates, const StepContext& step) const override;

 private:
  std::vector<SequenceBias> entries_;
  Match match_;
};

}  // namespace sampler

#endif  // SAMPLER_STAGES_EDITS_SEQUENCE_BIAS_H_
