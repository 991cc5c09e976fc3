// Rows that list only their likeliest tokens, where what the chain keeps
// depends on the others: on how much they weigh, or on what was seen before.
//
// What is known of the tokens that are not listed: how many they are, a bound
// of their logits, and mostly their mass. So their weight lies in a range where
// the chain looks at it, behind temperatures and a top_k that reaches beyond
// the list. A stage that weighs the rest (StageFacts::weighs_the_rest: top_p,
// epsilon_cutoff, ...) keeps ever more, or ever fewer, of the listed tokens
// along this range. So if it keeps the same ones at both ends, and all of them
// lie above the bound, it keeps these whatever the others are, and everything
// behind it is exact too.
//
// Penalties of what was seen (StageFacts::edits_seen) are known for listed
// tokens. One that was seen and is not listed may lie anywhere below the bound:
// it is there at one end, and at the bound, before its penalty, at the other.
//
// A `_logits_` row is such a list of what lies above its floor, whose tokens
// are at most as likely as it. Its values are log-probabilities, so the rest
// weighs what they lack of 1, but for half a step of their 16 bits.
//
// In the place of the listed row the chain is then given a full one, in which
// the tokens that are not listed share their mass evenly: a row that the log
// may stand for, and for which the chain does what it does for all others.
//
// Thread-safety: a ListedRowReader is scratch, one per thread.
// Cost: where a row is not settled by its head, three passes over the
//   vocabulary and two more runs of the chain. No allocation once grown.
// Tested by: tests/tools/replay/listed_row_test.cc, against full rows.

#ifndef SAMPLER_TOOLS_REPLAY_LISTED_ROW_H_
#define SAMPLER_TOOLS_REPLAY_LISTED_ROW_H_

#include <optional>
#include <vector>

#include "sampler/pipeline.h"
#include "tools/replay/row_exactness.h"
#include "tools/replay/row_list.h"

namespace sampler::tools {

// A row of a log as a chain meets it.
struct ChainAndRow {
  const Pipeline& pipeline;
  const Logits& row;  // As logged.
  const RowBounds& bounds;
  const Sequence& sequence;  // Before the row.
  const StepInputs& inputs;
};

struct SettledRow {
  Logits row;  // To be given to the chain.
  RowBasis basis = RowBasis::kExact;
  bool completed = false;  // Tokens that are not listed have a share in `row`.

  bool exact() const { return basis == RowBasis::kExact; }
};

class ListedRowReader {
 public:
  // The row as logged, or completed where that makes the answer exact; valid
  // until the next call.
  SettledRow Settle(const ChainAndRow& question);

 private:
  // The question, with the row as a list of what it holds.
  struct List {
    const ChainAndRow& asked;
    const RowList& held;
  };
  struct Plan;
  struct Weights;
  // Of `others_`, at a moment of the chain.
  struct Portion {
    double weight = 0;  // Of all of them, in units of the likeliest token's.
    double tokens = 0;  // So many at the most share it evenly.
    double temperature = 1.0;
  };

  static RowBasis OpenBasis(const List& list);
  std::optional<Logits> Complete(const List& list);
  // Tokens that are not listed: those that a penalty may have seen, and others.
  void SortUnlisted(const ChainAndRow& question, const Plan& plan);
  Weights WeighUnlisted(const List& list, const Plan& plan) const;
  void Share(const logs::TailInfo& tail, const Portion& portion);
  // What the stage that cuts keeps of values_, ascending; empty if one of them
  // may lie below a token that is not listed.
  std::vector<TokenId> KeptOf(const List& list, const Plan& plan);

  Workspace workspace_;
  std::vector<float> values_;  // The row with shares.
  std::vector<TokenId> seen_;
  std::vector<TokenId> others_;
};

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_REPLAY_LISTED_ROW_H_
