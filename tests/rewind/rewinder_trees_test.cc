// Bans of phrases under trees of drafts: branches cross phrases, and the law is
// that of the process, token by token.

#include <map>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "sampler/rewind/rewinder.h"
#include "sampler/speculative/tree_round.h"
#include "tests/rewind/rewinder_laws.h"
#include "tests/support/pipelines.h"
#include "tests/support/test_share.h"

namespace sampler {
namespace {

using speculative::Siblings;
using speculative::TreeRound;

class TreeTeller {
 public:
  explicit TreeTeller(const Pipeline& pipeline) : target_pipeline_(pipeline) {}

  Text operator()(std::uint32_t stream) {
    return TellInRounds(target_pipeline_, draft_pipeline_, stream,
                        [&](Sequence& target, Sequence& draft) {
                          return TellARound(target, draft);
                        });
  }

 private:
  // The token behind the branch.
  TokenId TellARound(Sequence& target, Sequence& draft) {
    const Text text = TextOf(target);
    std::vector<double> row;
    const auto row_after = [&](int node) {
      Text longer = text;
      const Text path = tree_.Path(node);
      longer.insert(longer.end(), path.begin(), path.end());
      row = LogitsAfter(longer);
      return Logits(absl::MakeConstSpan(row));
    };
    tree_.Begin();
    EXPECT_TRUE(tree_
                    .Grow(TreeRound::kRoot, 2, Siblings::kDistinct,
                          draft_pipeline_, draft, row_after, workspace_)
                    .ok());
    EXPECT_TRUE(tree_
                    .Grow(0, 2, Siblings::kIndependent, draft_pipeline_, draft,
                          row_after, workspace_)
                    .ok());
    EXPECT_TRUE(
        tree_.Weigh(target_pipeline_, target, row_after, workspace_).ok());
    const auto verdict = speculative::VerifyTree(tree_.view(), target);
    EXPECT_TRUE(tree_.Accept(verdict, target, draft).ok());
    return verdict.next;
  }

  const Pipeline& target_pipeline_;
  const Pipeline draft_pipeline_ = MakePipeline("", kSize);
  TreeRound tree_;
  Workspace workspace_;
};

TEST(RewinderTrees, KeepTheLaw) {
  std::vector<std::string> chains = Chains();
  chains.push_back(R"({"type": "allow_tokens", "ids": [0, 1, 2]})");
  for (const std::string& chain : chains) {
    const Pipeline pipeline = MakePipeline(chain, kSize);
    const Enumeration enumeration(pipeline);
    const int texts = Share(20'000);
    TreeTeller teller(pipeline);
    std::map<Text, double> counts;
    for (int i = 0; i < texts; ++i) {
      ++counts[teller(static_cast<std::uint32_t>(i))];
    }
    EXPECT_LT(Misfit("tree", chain, enumeration, counts, texts), 1.0) << chain;
  }
}

}  // namespace
}  // namespace sampler
