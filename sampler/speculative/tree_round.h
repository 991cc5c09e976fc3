// A round of speculative decoding with a tree of drafts, so that a text of any
// number of rounds has the law of the target (round.h says what must hold):
//
//   speculative::TreeRound tree;
//   while (...) {
//     tree.Begin();
//     status = tree.Grow(TreeRound::kRoot, 3, Siblings::kDistinct,
//                        draft_pipeline, draft, draft_row, workspace);
//     for (int node : ...) status = tree.Grow(node, 2, ...);
//     status = tree.Weigh(pipeline, target, target_row, workspace);
//     const TreeVerdict verdict = VerifyTree(tree.view(), target);
//     status = tree.Accept(verdict, target, draft);
//   }
//
// Every Grow redraws the draft (Sequence::Redraw) and draws its children from
// one distribution: child i with the number (kCaller, index i) of that attempt.
// So no two nodes share a number, nor do two rounds, and the shape of the tree
// may depend on everything that was drawn before: which nodes grow, how many
// children they get, in what order, when to stop. What was drawn stays: a node
// that is left out, or moved among its siblings, because of its token breaks
// the law of VerifyTree (of VerifyTreeByTarget it does not, for it asks nothing
// of a draft).
//
// Thread-safety: one thread at a time.
// Cost: a step for each node that grows, and for each node of the target; no
//   copy of a sequence.
// Errors: as each function says; both sequences then hold the text they held.
// Tested by: tests/speculative/tree_rounds_test.cc (the law over several
//   rounds, trees of several shapes).

#ifndef SAMPLER_SPECULATIVE_TREE_ROUND_H_
#define SAMPLER_SPECULATIVE_TREE_ROUND_H_

#include <vector>

#include "sampler/candidates/probability_record.h"
#include "sampler/lesson.h"
#include "sampler/speculative/round.h"
#include "sampler/speculative/tree.h"

namespace sampler::speculative {

// How the children of a node are drawn: independently, so that a token may come
// twice, or each without those before it.
enum class Siblings { kIndependent, kDistinct };

// The logits after the text and the tokens down to `node`; kRoot: after the
// text. Their memory is read until the next call.
using NodeRow = absl::FunctionRef<Logits(int node)>;

class TreeRound {
 public:
  static constexpr int kRoot = -1;

  // Begins a round: a tree without nodes.
  void Begin();

  // Draws up to n children of `node` with what `pipeline` leaves of its row,
  // after the children it has; fewer where kDistinct has no candidate left. The
  // new nodes are the last of nodes(). InvalidArgument for a node that is not
  // there, for a row with another status than kOk, and where `draft` has moved
  // since the round began; OutOfRange as Sequence::Redraw and Accept.
  absl::Status Grow(int node, int n, Siblings siblings,
                    const Pipeline& pipeline, Sequence& draft, NodeRow row,
                    Workspace& workspace);

  // Records the distributions of the target at the root and at every node; of a
  // node where no candidate is left, and of those below it, none. Errors: as
  // Round::Weigh. A round without Grow begins where `target` stands.
  absl::Status Weigh(const Pipeline& pipeline, Sequence& target, NodeRow row,
                     Workspace& workspace);

  // Accepts the tokens of a verdict on both sequences, of kNoNext none; the
  // stages of the target
  // learn from them. Errors and REQUIRES: as Round::Accept.
  absl::Status Accept(const TreeVerdict& verdict, Sequence& target,
                      Sequence& draft) const;

  absl::Span<const TreeNode> nodes() const { return nodes_; }

  // The tokens from the root down to `node`. REQUIRES: it is kRoot or there.
  std::vector<TokenId> Path(int node) const;

  // For a Verify function. REQUIRES: the last calls of Grow and Weigh were ok.
  DraftTree view() const { return {nodes_, draft_, target_}; }

 private:
  // Returns true if no token can follow `node`. REQUIRES: it was weighed.
  bool IsOver(int node) const {
    return target_[static_cast<std::size_t>(node) + 1].total() == 0;
  }

  RoundBegin begin_;
  bool begun_ = false;  // begin_ is of this round.
  std::vector<TreeNode> nodes_;
  std::vector<ProbabilityRecord> draft_;
  std::vector<ProbabilityRecord> target_;
  // What each place of the target teaches: the root's, then the nodes'.
  std::vector<Lesson> lessons_;

  // A token after `node`, with what it teaches the target.
  Token LearntAfter(int node, TokenId token) const {
    const auto place = static_cast<std::size_t>(node) + 1;
    return (place < target_.size() ? lessons_[place] : Lesson()).Of(token);
  }
  // The tokens down to `node`, each with what it teaches the target.
  std::vector<Token> LearntPath(int node) const;
};

}  // namespace sampler::speculative

#endif  // SAMPLER_SPECULATIVE_TREE_ROUND_H_
