#include "sampler/speculative/tree.h"

#include <algorithm>
#include <random>
#include <vector>

#include "gtest/gtest.h"
#include "sampler/candidates/probability_record.h"
#include "sampler/speculative/rejection.h"
#include "tests/speculative/speculative_laws.h"

namespace sampler::speculative {
namespace {

// A tree of models: `width` children of the root and of each of them, drawn
// from the draft with or without replacement.
enum class Siblings { kIndependent, kDistinct };

struct TreeOfModels {
  TreeOfModels(const TinyModel& target, const TinyModel& draft, int width,
               Siblings siblings, std::mt19937_64& random) {
    p.push_back(target.After({}));
    std::vector<std::vector<TokenId>> texts;
    const auto grow = [&](int parent, const std::vector<TokenId>& text) {
      ProbabilityRecord from = draft.After(text);
      for (int i = 0; i < width && !from.ids().empty(); ++i) {
        const TokenId token = DrawToken(from, random);
        nodes.push_back({token, parent});
        q.push_back(from);
        texts.push_back(text);
        texts.back().push_back(token);
        p.push_back(target.After(texts.back()));
        if (siblings == Siblings::kDistinct) from = Without(from, token);
      }
    };
    grow(-1, {});
    const std::size_t first = nodes.size();
    for (std::size_t i = 0; i < first; ++i) {
      grow(static_cast<int>(i), std::vector<TokenId>(texts[i]));
    }
  }

  static ProbabilityRecord Without(const ProbabilityRecord& record,
                                   TokenId token) {
    std::vector<TokenId> ids;
    std::vector<Weight> weights;
    Mass total = 0;
    for (std::size_t i = 0; i < record.ids().size(); ++i) {
      if (record.ids()[i] == token) continue;
      ids.push_back(record.ids()[i]);
      weights.push_back(record.weights()[i]);
      total += weights.back();
    }
    ProbabilityRecord rest;
    rest.Set(ids, weights, total);
    return rest;
  }

  DraftTree view() const { return {nodes, q, p}; }

  std::vector<TreeNode> nodes;
  std::vector<ProbabilityRecord> q;
  std::vector<ProbabilityRecord> p;
};

// The joint law of the first three tokens, over all 64 texts.
template <typename Verify>
void ExpectJointLawOfTree(Verify verify, Siblings siblings,
                          std::uint64_t seed) {
  const int draws = Share(100'000);
  std::mt19937_64 random(seed);
  for (std::uint64_t models = 0; models < 3; ++models) {
    const TinyModel target(4, 4, seed + 2 * models);
    const TinyModel draft(4, 4, seed + 2 * models + 1);
    LawOfTexts law(target, draws);
    for (int i = 0; i < draws; ++i) {
      const TreeOfModels tree(target, draft, 2, siblings, random);
      const TreeVerdict verdict =
          verify(tree.view(), MakeSequence(4, {}, {}, random()));
      std::vector<TokenId> text;
      for (const int node : verdict.path) {
        text.push_back(tree.nodes[static_cast<std::size_t>(node)].token);
      }
      text.push_back(verdict.next);
      law.Observe(std::move(text), random);
    }
    law.Expect();
  }
}

TEST(Tree, OfIndependentSiblingsHasTheJointLawOfTheTarget) {
  ExpectJointLawOfTree(VerifyTree, Siblings::kIndependent, 30);
}

TEST(Tree, OfDistinctSiblingsHasTheJointLawOfTheTarget) {
  ExpectJointLawOfTree(VerifyTree, Siblings::kDistinct, 40);
}

TEST(Tree, JudgedByTheTargetAloneHasItsJointLaw) {
  ExpectJointLawOfTree(
      [](const DraftTree& tree, const Sequence& sequence) {
        return VerifyTreeByTarget(tree, sequence);
      },
      Siblings::kDistinct, 50);
}

TEST(Tree, WithLooserThresholdsAcceptsMore) {
  std::mt19937_64 random(60);
  const TinyModel target(4, 4, 61);
  const TinyModel draft(4, 4, 62);
  std::size_t strict = 0;
  std::size_t loose = 0;
  std::size_t single = 0;
  for (int i = 0; i < Share(20'000); ++i) {
    const TreeOfModels tree(target, draft, 2, Siblings::kDistinct, random);
    const Sequence s = MakeSequence(4, {}, {}, random());
    strict += VerifyTreeByTarget(tree.view(), s).path.size();
    loose +=
        VerifyTreeByTarget(tree.view(), s, {.accumulated = 0.5}).path.size();
    single += VerifyTreeByTarget(tree.view(), s, {.single = 0.3}).path.size();
  }
  EXPECT_GT(loose, strict);
  EXPECT_GT(single, strict);
}

TEST(Tree, OfTokensThatCannotHaveBeenDraftedAcceptsNone) {
  const std::vector<ProbabilityRecord> p(2, Record({1, 1, 1}));
  const std::vector<ProbabilityRecord> q = {Record({1, 1, 0})};
  const std::vector<TreeNode> nodes = {{2, -1}};
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    const TreeVerdict verdict =
        VerifyTree({nodes, q, p}, MakeSequence(3, {}, {}, seed));
    EXPECT_TRUE(verdict.path.empty());
    EXPECT_EQ(verdict.next, 2);  // max(p - q, 0) has nothing else.
  }
}

TEST(Tree, WithoutNodesIsAnOrdinaryDraw) {
  const std::vector<ProbabilityRecord> p = {Record({1, 2, 3})};
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const Sequence s = MakeSequence(3, {}, {}, seed);
    const TreeVerdict verdict = VerifyTree({{}, {}, p}, s);
    EXPECT_TRUE(verdict.path.empty());
    EXPECT_EQ(verdict.next, VerifyTreeByTarget({{}, {}, p}, s).next);
    EXPECT_EQ(verdict.next, VerifyByRejection({{}, {}, p}, s).next);
  }
}

}  // namespace
}  // namespace sampler::speculative
