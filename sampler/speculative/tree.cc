#include "sampler/speculative/tree.h"

#include <cassert>

#include "sampler/candidates/probability_record.h"
#include "sampler/random/random.h"
#include "sampler/speculative/residual.h"

namespace sampler::speculative {
namespace {

// Walks down the tree. `Place` is what a rule knows at one node: it is made
// from the target's distribution there and the coins of that position, judges
// the children one by one with Accepts(node index), and draws the token that
// follows where none was accepted.
template <typename Place>
TreeVerdict Walk(const DraftTree& tree, const Sequence& sequence, auto make) {
  assert(tree.target.size() == tree.nodes.size() + 1);
  TreeVerdict verdict;
  std::size_t reached = 0;  // 0: the root; i + 1: node i, as in tree.target.
  while (true) {
    if (tree.target[reached].total() == 0) {
      verdict.next = kNoNext;
      return verdict;
    }
    Place place =
        make(tree.target[reached], CoinsAt(sequence, verdict.path.size()));
    std::size_t accepted = 0;
    // Children come after their parent.
    for (std::size_t i = reached; i < tree.nodes.size() && accepted == 0; ++i) {
      const bool child = tree.nodes[i].parent + 1 == static_cast<int>(reached);
      if (child && place.Accepts(i)) accepted = i + 1;
    }
    if (accepted == 0) {
      verdict.next = place.Draw();
      return verdict;
    }
    verdict.path.push_back(static_cast<int>(accepted) - 1);
    reached = accepted;
  }
}

// SpecInfer's rule.
class DraftedPlace {
 public:
  DraftedPlace(const DraftTree& tree, const ProbabilityRecord& target,
               const Coins& coins)
      : tree_(tree), coins_(coins), residual_(target) {}

  bool Accepts(std::size_t node) {
    const ProbabilityRecord& q = tree_.draft[node];
    const TokenId token = tree_.nodes[node].token;
    const double u = ToFraction(
        coins_.Bits(Purpose::kSpeculativeAccept, /*ordinal=*/0, sibling_++));
    const double drafted = q.Of(token);
    if (drafted > 0.0 && u * drafted < residual_.Of(token)) return true;
    residual_.Subtract(q);
    residual_.Normalize();
    return false;
  }

  // With nothing tried, an ordinary draw.
  TokenId Draw() const {
    return residual_.Draw(coins_.Bits(sibling_ == 0 ? Purpose::kTokenDraw
                                                    : Purpose::kResidualDraw));
  }

 private:
  const DraftTree& tree_;
  Coins coins_;
  Residual residual_;
  std::uint32_t sibling_ = 0;
};

// SGLang's rule.
class TargetPlace {
 public:
  TargetPlace(const DraftTree& tree, const TargetThresholds& thresholds,
              const ProbabilityRecord& target, const Coins& coins)
      : tree_(tree),
        thresholds_(thresholds),
        coins_(coins),
        u_(ToFraction(coins.Bits(Purpose::kSpeculativeAccept))),
        residual_(target) {}

  bool Accepts(std::size_t node) {
    const TokenId token = tree_.nodes[node].token;
    const double p = residual_.Of(token);  // 0 for a token tried before.
    accumulated_ += p;
    tried_ = true;
    if (p > 0.0 && (u_ < accumulated_ / thresholds_.accumulated ||
                    p >= thresholds_.single)) {
      return true;
    }
    residual_.Remove(token);
    return false;
  }

  TokenId Draw() const {
    return residual_.Draw(
        coins_.Bits(tried_ ? Purpose::kResidualDraw : Purpose::kTokenDraw));
  }

 private:
  const DraftTree& tree_;
  const TargetThresholds& thresholds_;
  Coins coins_;
  double u_;
  Residual residual_;
  double accumulated_ = 0.0;
  bool tried_ = false;
};

}  // namespace

TreeVerdict VerifyTree(const DraftTree& tree, const Sequence& sequence) {
  assert(tree.draft.size() == tree.nodes.size());
  return Walk<DraftedPlace>(
      tree, sequence, [&](const ProbabilityRecord& target, const Coins& coins) {
        return DraftedPlace(tree, target, coins);
      });
}

TreeVerdict VerifyTreeByTarget(const DraftTree& tree, const Sequence& sequence,
                               const TargetThresholds& thresholds) {
  return Walk<TargetPlace>(
      tree, sequence, [&](const ProbabilityRecord& target, const Coins& coins) {
        return TargetPlace(tree, thresholds, target, coins);
      });
}

}  // namespace sampler::speculative
