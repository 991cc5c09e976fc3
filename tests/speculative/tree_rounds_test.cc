// The law of the first tokens of a text over several rounds with trees of
// drafts: trees of several shapes, some of which depend on what was drawn.
// Seeds are fixed; the chance that a correct library fails is kFalseAlarm for
// each comparison.

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "sampler/speculative/rejection.h"
#include "sampler/speculative/tree_round.h"
#include "tests/speculative/round_laws.h"
#include "tests/support/test_share.h"

namespace sampler::speculative::tree_rounds_test {
namespace {

constexpr int kRoot = TreeRound::kRoot;

// Gives a node n children.
using GrowNode = std::function<void(int node, int n, Siblings siblings)>;

struct Shape {
  std::string name;
  std::function<void(const TreeRound& tree, const GrowNode& grow)> grow;
};

// Its tokens down to the node, weighed by nothing but themselves.
int Score(const TreeRound& tree, int node) {
  int score = 0;
  for (const TokenId token : tree.Path(node)) score = score * 5 + token + 1;
  return score % 7;
}

const std::vector<Shape>& Shapes() {
  static const auto* const shapes = new std::vector<Shape>{
      {"two distinct tokens at two levels",
       [](const TreeRound& tree, const GrowNode& grow) {
         grow(kRoot, 2, Siblings::kDistinct);
         const int first = static_cast<int>(tree.nodes().size());
         for (int i = 0; i < first; ++i) grow(i, 2, Siblings::kDistinct);
       }},
      {"three independent tokens",
       [](const TreeRound&, const GrowNode& grow) {
         grow(kRoot, 3, Siblings::kIndependent);
       }},
      {"a chain of four",
       [](const TreeRound&, const GrowNode& grow) {
         for (int i = kRoot; i < 3; ++i) grow(i, 1, Siblings::kDistinct);
       }},
      {"a chain with side branches",
       [](const TreeRound&, const GrowNode& grow) {
         grow(kRoot, 2, Siblings::kIndependent);
         grow(0, 2, Siblings::kDistinct);
         grow(2, 1, Siblings::kDistinct);
       }},
      {"the node of the largest score grows, four times",
       [](const TreeRound& tree, const GrowNode& grow) {
         grow(kRoot, 2, Siblings::kDistinct);
         std::vector<bool> grown(64);
         for (int i = 0; i < 4; ++i) {
           int best = -1;
           for (int n = 0; n < static_cast<int>(tree.nodes().size()); ++n) {
             if (grown[static_cast<std::size_t>(n)]) continue;
             if (best < 0 || Score(tree, n) > Score(tree, best)) best = n;
           }
           if (best < 0) return;
           grown[static_cast<std::size_t>(best)] = true;
           grow(best, 1 + Score(tree, best) % 2, Siblings::kDistinct);
         }
       }},
      {"more siblings where the branches below are poor",
       [](const TreeRound& tree, const GrowNode& grow) {
         grow(kRoot, 1, Siblings::kDistinct);
         grow(0, 1, Siblings::kDistinct);
         grow(1, 1, Siblings::kDistinct);
         if (Score(tree, 2) < 3) grow(kRoot, 1, Siblings::kDistinct);
         if (Score(tree, 2) == 0) grow(0, 2, Siblings::kIndependent);
       }},
      {"no tree after some texts",
       [](const TreeRound& tree, const GrowNode& grow) {
         grow(kRoot, 1, Siblings::kDistinct);
         if (tree.nodes()[0].token == 0) return;
         grow(0, 3, Siblings::kIndependent);
       }}};
  return *shapes;
}

using VerifyOfTree =
    std::function<TreeVerdict(const DraftTree&, const Sequence&)>;

// What nodes are drawn with: numbers of their own, or those of their position,
// which other nodes and rounds share.
struct TreeSetup {
  Speculation models;
  VerifyOfTree verify;
  const Shape* shape;
};

class TreeTeller {
 public:
  explicit TreeTeller(const TreeSetup& setup)
      : setup_(setup),
        target_(MakePipeline(setup.models.target_stages, kTokens)),
        draft_(MakePipeline(setup.models.draft_stages, kTokens)) {}

  Text Tell(std::uint32_t stream) {
    Sequence target = MakeSequence(kTokens, {}, {}, 1, stream);
    Sequence draft = MakeSequence(kTokens, {}, {}, 2, stream);
    Text text;
    while (text.size() < kTextLength) {
      const auto rows_of = [&](const ContextModel& model) {
        return [&](int node) {
          const Text path = tree_.Path(node);
          return Logits(model.After(With(text, path, path.size())));
        };
      };
      tree_.Begin();
      setup_.shape->grow(tree_, [&](int node, int n, Siblings siblings) {
        EXPECT_TRUE(tree_
                        .Grow(node, n, siblings, draft_, draft,
                              rows_of(setup_.models.draft), workspace_)
                        .ok());
      });
      EXPECT_TRUE(
          tree_
              .Weigh(target_, target, rows_of(setup_.models.target), workspace_)
              .ok());
      const TreeVerdict verdict = setup_.verify(tree_.view(), target);
      EXPECT_TRUE(tree_.Accept(verdict, target, draft).ok());
      text.assign(target.history().output().begin(),
                  target.history().output().end());
    }
    return text;
  }

 private:
  const TreeSetup& setup_;
  Pipeline target_;
  Pipeline draft_;
  TreeRound tree_;
  Workspace workspace_;
};

double MisfitOf(const TreeSetup& setup, const Outcomes& outcomes) {
  TreeTeller teller(setup);
  const auto tell = [&](std::uint32_t stream) { return teller.Tell(stream); };
  return Misfit(LawOf(setup.models.target, outcomes), Share(30'000), tell);
}

void ExpectLawOfTheTarget(const TreeSetup& setup, Outcomes outcomes = {}) {
  if (outcomes.empty()) outcomes = {{1.0, setup.models.target_stages}};
  EXPECT_LT(MisfitOf(setup, outcomes), 1.0)
      << setup.shape->name << ", draft [" << setup.models.draft_stages << "]";
}

TreeVerdict ByTarget(const DraftTree& tree, const Sequence& sequence) {
  return VerifyTreeByTarget(tree, sequence);
}

TEST(TreeRounds, HaveTheLawOfTheTargetInEveryShape) {
  for (const Shape& shape : Shapes()) {
    ExpectLawOfTheTarget({{}, VerifyTree, &shape});
    ExpectLawOfTheTarget({{}, ByTarget, &shape});
  }
}

TEST(TreeRounds, HaveTheLawOfTheTargetForADraftThatIsCloseToIt) {
  const ContextModel target(3);
  for (const Shape& shape : Shapes()) {
    ExpectLawOfTheTarget(
        {{.target = target, .draft = target.Near(0.3, 4)}, VerifyTree, &shape});
  }
}

TEST(TreeRounds, HaveTheLawOfTheTargetWhateverTheChains) {
  const std::string xtc =
      R"({"type": "xtc", "threshold": 0.25, "probability": )";
  for (const std::size_t shape : {0u, 4u, 5u}) {
    for (const std::string& stages :
         {std::string(R"({"type": "gumbel_max"})"), xtc + "0.5}",
          std::string(R"({"type": "mirostat", "tau": 1.0})")}) {
      ExpectLawOfTheTarget(
          {{.draft_stages = stages}, VerifyTree, &Shapes()[shape]});
    }
    ExpectLawOfTheTarget(
        {{.target_stages = xtc + "0.5}"}, VerifyTree, &Shapes()[shape]},
        {{0.5, xtc + "1}"}, {0.5, ""}});
  }
}

// ---- TreeRound itself -------------------------------------------------------

const std::vector<float> kEven = {0, 0, 0};
Logits EvenRow(int) { return kEven; }

TEST(TreeRound, DrawsDistinctSiblingsUntilNoneIsLeft) {
  const Pipeline pipeline = MakePipeline("", kTokens);
  Workspace workspace;
  Sequence draft = MakeSequence(kTokens);
  TreeRound tree;
  tree.Begin();
  for (const int n : {2, 5}) {
    ASSERT_TRUE(tree.Grow(kRoot, n, Siblings::kDistinct, pipeline, draft,
                          EvenRow, workspace)
                    .ok());
  }
  ASSERT_EQ(tree.nodes().size(), 3u);
  Text tokens;
  for (const TreeNode& node : tree.nodes()) tokens.push_back(node.token);
  // What the third was drawn from holds nothing else.
  EXPECT_EQ(tree.view().draft[2].Of(tokens[2]), 1.0);
  std::sort(tokens.begin(), tokens.end());
  EXPECT_EQ(tokens, Text({0, 1, 2}));
  EXPECT_EQ(draft.position(), 0);
  EXPECT_EQ(draft.attempt(), 2u);
}

TEST(TreeRound, SaysWhatIsWrongAndLeavesTheText) {
  const Pipeline pipeline = MakePipeline("", kTokens);
  Workspace workspace;
  Sequence target = MakeSequence(kTokens, {}, {1}, 1);
  Sequence draft = MakeSequence(kTokens, {}, {1}, 2);
  TreeRound tree;
  tree.Begin();
  const auto grow = [&](int node, int n) {
    return tree.Grow(node, n, Siblings::kIndependent, pipeline, draft, EvenRow,
                     workspace);
  };
  EXPECT_EQ(grow(0, 1).message(),
            "node to grow: got 0, want an integer in [-1, 0)");
  EXPECT_EQ(grow(kRoot, -1).message(),
            "children: got -1, want an integer >= 0");
  ASSERT_TRUE(grow(kRoot, 1).ok());
  ASSERT_TRUE(draft.AcceptId(0).ok());
  EXPECT_EQ(grow(0, 1).code(), absl::StatusCode::kInvalidArgument);
  ASSERT_TRUE(draft.Rollback(1).ok());
  Sequence same = MakeSequence(kTokens, {}, {1}, 2);
  EXPECT_EQ(tree.Weigh(pipeline, same, EvenRow, workspace).code(),
            absl::StatusCode::kInvalidArgument);
  ASSERT_TRUE(tree.Weigh(pipeline, target, EvenRow, workspace).ok());
  EXPECT_EQ(tree.Accept({{1}, 0}, target, draft).message(),
            "verdict: got the node 1, want one of the 1 of the tree");
  EXPECT_EQ(tree.Accept({{0}, 9}, target, draft).code(),
            absl::StatusCode::kOutOfRange);
  EXPECT_EQ(target.position(), 1);
  EXPECT_EQ(draft.position(), 1);
  ASSERT_TRUE(tree.Accept({{0}, 2}, target, draft).ok());
  EXPECT_EQ(target.position(), 3);
  EXPECT_EQ(target.history().output(), draft.history().output());
}

}  // namespace
}  // namespace sampler::speculative::tree_rounds_test
