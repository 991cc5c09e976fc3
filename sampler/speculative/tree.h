// Speculative decoding over a tree: several candidates for each place, so that
// one target pass can follow whichever is accepted.
//
// Walking down from the root, the children of the reached node are tried in
// their order; the first that is accepted is descended into, and where none is,
// a token is drawn from what the rule leaves of the target. Two rules:
//
// VerifyTree (SpecInfer): r = p; a child x drawn from q is accepted iff
//   u q(x) < r(x); else r = max(r - q, 0), normalised. The token that follows
//   is drawn from r. The law of the output is the target's, if every child was
//   drawn from its q with random numbers that nothing else depends on: grow the
//   tree with TreeRound (tree_round.h). A token with q(x) = 0, which the draft
//   cannot have drawn, is rejected.
// VerifyTreeByTarget: needs no draft distributions. With one coin u for all
//   siblings, child x is accepted iff u < a / threshold, a the mass of p over x
//   and the siblings before it, or p(x) >= single_threshold; the token that
//   follows is drawn from p without the children. At thresholds of 1 the law is
//   the target's; below it is not, by design.
//
// In double precision, one fixed sequence of operations. Coins: accept coin of
// the place's position, index = number of the sibling (VerifyTree) or 0.
//
// Thread-safety: pure functions.
// Cost: for each node tried one walk over the target's candidates.
// Source: SpecInfer, arXiv 2305.09781; SGLang (by target).
// Tested by: tests/speculative/tree_test.cc,
//   tests/speculative/tree_rounds_test.cc (the law over several rounds).

#ifndef SAMPLER_SPECULATIVE_TREE_H_
#define SAMPLER_SPECULATIVE_TREE_H_

#include <cstddef>
#include <vector>

#include "sampler/candidates/probability_record.h"
#include "sampler/speculative/draft.h"

namespace sampler::speculative {

struct TreeNode {
  TokenId token;
  int parent;  // Index of an earlier node; -1: a child of the root.
};

struct DraftTree {
  // Parents before children; siblings in the order in which they are tried.
  absl::Span<const TreeNode> nodes;
  // What each node's token was drawn from, given its earlier siblings (for
  // draws without replacement: without these). Empty for VerifyTreeByTarget.
  absl::Span<const ProbabilityRecord> draft;
  // The target's distribution after the root, then after each node; without
  // tokens where it has no candidate, and behind such a place.
  absl::Span<const ProbabilityRecord> target;
};

struct TreeVerdict {
  std::vector<int> path;  // Accepted nodes, from the root down.
  TokenId next;           // The token after them, or kNoNext.
};

struct TargetThresholds {
  double accumulated = 1.0;  // In (0, 1].
  double single = 1.0;       // In (0, 1].
};

// Judges a tree that continues `sequence`. REQUIRES: one draft distribution a
// node, one target distribution more than nodes.
TreeVerdict VerifyTree(const DraftTree& tree, const Sequence& sequence);
TreeVerdict VerifyTreeByTarget(const DraftTree& tree, const Sequence& sequence,
                               const TargetThresholds& thresholds = {});

}  // namespace sampler::speculative

#endif  // SAMPLER_SPECULATIVE_TREE_H_
