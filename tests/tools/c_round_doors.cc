// Rounds of drafts of the C interface beside the library's (c_draw_doors.h).

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "gtest/gtest.h"
#include "sampler/c/sampler.h"
#include "sampler/c/speculation.h"
#include "sampler/c/trees.h"
#include "sampler/speculative/block_verification.h"
#include "sampler/speculative/rejection.h"
#include "sampler/speculative/round.h"
#include "sampler/speculative/tree.h"
#include "sampler/speculative/tree_round.h"
#include "tests/tools/c_door.h"
#include "tests/tools/c_draw_doors.h"

namespace sampler::tools {
namespace {

constexpr std::size_t kDrafted = 3;

// The model: a logged row, by what stands before it; the draft's is another.
class Model {
 public:
  Model(const LoggedSequence& log, std::size_t shift)
      : log_(log), shift_(shift) {}

  const std::vector<float>& After(absl::Span<const TokenId> tokens) const {
    std::size_t place = shift_ + tokens.size();
    if (!tokens.empty()) place += static_cast<std::size_t>(tokens.back());
    return log_.rows[place % log_.rows.size()];
  }

 private:
  const LoggedSequence& log_;
  const std::size_t shift_;
};

sampler_status Give(const std::vector<float>& logits, sampler_row* row) {
  *row = {logits.data(), logits.size(), SAMPLER_F32};
  return SAMPLER_OK;
}

sampler_status RowInRound(void* model, const std::int32_t* tokens,
                          std::size_t i, sampler_row* row) {
  return Give(
      static_cast<const Model*>(model)->After(absl::MakeConstSpan(tokens, i)),
      row);
}

sampler_status RowInTree(void* model, std::int32_t /*node*/,
                         const std::int32_t* tokens, std::size_t count,
                         sampler_row* row) {
  return Give(static_cast<const Model*>(model)->After(
                  absl::MakeConstSpan(tokens, count)),
              row);
}

// Draft and target on both sides of the border.
struct BothSides {
  explicit BothSides(const DrawnChain& of)
      : chain(of),
        draft_in_c(of.config, of.seed + 1, of.log.prompt),
        target_in_c(of.config, of.seed, of.log.prompt),
        draft(*of.pipeline.NewSequence(
            {.seed = of.seed + 1, .prompt = of.log.prompt})),
        target(*of.pipeline.NewSequence(
            {.seed = of.seed, .prompt = of.log.prompt})) {}

  // What the C interface did and said was what the library did.
  bool Agree(sampler_status in_c, const absl::Status& status) const {
    EXPECT_EQ(in_c == SAMPLER_OK, status.ok()) << status << said.data();
    if (status.ok()) return in_c == SAMPLER_OK;
    EXPECT_EQ(said.data(), std::string(status.message()));
    return false;
  }

  void ExpectEqualTexts() const {
    EXPECT_EQ(CSnapshot(draft_in_c.sequence()), draft.Snapshot());
    EXPECT_EQ(CSnapshot(target_in_c.sequence()), target.Snapshot());
  }

  const DrawnChain& chain;
  CDoor draft_in_c;
  CDoor target_in_c;
  Sequence draft;
  Sequence target;
  Workspace workspace = {};
  std::array<char, 4096> said = {};
  sampler_error error = {said.data(), said.size()};
};

speculative::Verdict VerdictOf(const speculative::Round& round,
                               sampler_judgement judgement,
                               const Sequence& target) {
  constexpr speculative::Verdict (*kRules[])(const speculative::Draft&,
                                             const Sequence&) = {
      speculative::VerifyByRejection, speculative::VerifyBlock,
      speculative::VerifyByMatch};
  return kRules[judgement](round.view(), target);
}

struct Free {
  void operator()(sampler_round* round) const { sampler_round_free(round); }
  void operator()(sampler_tree* tree) const { sampler_tree_free(tree); }
};
using OwnedRound = std::unique_ptr<sampler_round, Free>;
using OwnedTree = std::unique_ptr<sampler_tree, Free>;

template <typename T>
T* Made(sampler_status (*create)(T**, sampler_error*)) {
  T* made = nullptr;
  EXPECT_EQ(create(&made, nullptr), SAMPLER_OK);
  return made;
}

// Rounds in a row, on both sides of the border.
class BothRounds {
 public:
  explicit BothRounds(const DrawnChain& chain)
      : sides_(chain), of_draft_(chain.log, 1), of_target_(chain.log, 0) {}

  // Returns false where the chain cannot be drafted with.
  bool Run(sampler_judgement judgement) {
    if (!Propose() || !Weigh()) return false;
    const speculative::Verdict verdict =
        VerdictOf(round_, judgement, sides_.target);
    sampler_verdict in_c = {sizeof(in_c), 99, -2};
    EXPECT_EQ(sampler_round_judge(in_c_.get(), judgement, target(), &in_c,
                                  &sides_.error),
              SAMPLER_OK);
    EXPECT_EQ(in_c.accepted, verdict.accepted);
    EXPECT_EQ(in_c.next, verdict.next);
    const bool agreed =
        sides_.Agree(sampler_round_accept(in_c_.get(), &in_c, target(), draft(),
                                          &sides_.error),
                     round_.Accept(verdict, sides_.target, sides_.draft));
    sides_.ExpectEqualTexts();
    return agreed;
  }

 private:
  sampler_sequence* draft() const { return sides_.draft_in_c.sequence(); }
  sampler_sequence* target() const { return sides_.target_in_c.sequence(); }

  bool Propose() {
    const absl::Status status = round_.Propose(
        sides_.chain.pipeline, sides_.draft, kDrafted,
        [&](std::size_t i) {
          return Logits(of_draft_.After(round_.tokens().first(i)));
        },
        sides_.workspace);
    const bool agreed = sides_.Agree(
        sampler_round_propose(in_c_.get(), draft(), kDrafted, RowInRound,
                              &of_draft_, &sides_.error),
        status);
    std::size_t count = 0;
    const std::int32_t* const tokens =
        sampler_round_tokens(in_c_.get(), &count);
    EXPECT_EQ(absl::MakeConstSpan(tokens, count), round_.tokens());
    sides_.ExpectEqualTexts();
    return agreed;
  }

  bool Weigh() {
    const absl::Status status = round_.Weigh(
        sides_.chain.pipeline, sides_.target,
        [&](std::size_t i) {
          return Logits(of_target_.After(round_.tokens().first(i)));
        },
        sides_.workspace);
    return sides_.Agree(sampler_round_weigh(in_c_.get(), target(), RowInRound,
                                            &of_target_, &sides_.error),
                        status);
  }

  BothSides sides_;
  Model of_draft_;
  Model of_target_;
  speculative::Round round_;
  OwnedRound in_c_{Made(sampler_round_create)};
};

// The same with trees: three children of the root, two of the first of them.
class BothTrees {
 public:
  explicit BothTrees(const DrawnChain& chain)
      : sides_(chain), of_draft_(chain.log, 1), of_target_(chain.log, 0) {}

  bool Run(bool by_target) {
    tree_.Begin();
    EXPECT_EQ(sampler_tree_begin(in_c_.get(), &sides_.error), SAMPLER_OK);
    if (!Grow(speculative::TreeRound::kRoot, 3, SAMPLER_SIBLINGS_DISTINCT)) {
      return false;
    }
    if (!tree_.nodes().empty() && !Grow(0, 2, SAMPLER_SIBLINGS_INDEPENDENT)) {
      return false;
    }
    if (!Weigh()) return false;
    const speculative::TreeVerdict verdict =
        by_target ? speculative::VerifyTreeByTarget(tree_.view(), sides_.target)
                  : speculative::VerifyTree(tree_.view(), sides_.target);
    sampler_tree_verdict in_c = {sizeof(in_c), -2, 99, -2};
    EXPECT_EQ(
        by_target
            ? sampler_tree_judge_by_target(in_c_.get(), nullptr, target(),
                                           &in_c, &sides_.error)
            : sampler_tree_judge(in_c_.get(), target(), &in_c, &sides_.error),
        SAMPLER_OK);
    EXPECT_EQ(in_c.accepted, verdict.path.size());
    EXPECT_EQ(in_c.last,
              verdict.path.empty() ? SAMPLER_ROOT : verdict.path.back());
    EXPECT_EQ(in_c.next, verdict.next);
    const bool agreed =
        sides_.Agree(sampler_tree_accept(in_c_.get(), &in_c, target(), draft(),
                                         &sides_.error),
                     tree_.Accept(verdict, sides_.target, sides_.draft));
    sides_.ExpectEqualTexts();
    return agreed;
  }

 private:
  sampler_sequence* draft() const { return sides_.draft_in_c.sequence(); }
  sampler_sequence* target() const { return sides_.target_in_c.sequence(); }

  bool Grow(int node, int n, sampler_siblings siblings) {
    const absl::Status status = tree_.Grow(
        node, n,
        siblings == SAMPLER_SIBLINGS_DISTINCT
            ? speculative::Siblings::kDistinct
            : speculative::Siblings::kIndependent,
        sides_.chain.pipeline, sides_.draft,
        [&](int at) { return Logits(of_draft_.After(tree_.Path(at))); },
        sides_.workspace);
    const bool agreed = sides_.Agree(
        sampler_tree_grow(in_c_.get(), node, static_cast<std::size_t>(n),
                          siblings, draft(), RowInTree, &of_draft_,
                          &sides_.error),
        status);
    ExpectEqualNodes();
    sides_.ExpectEqualTexts();
    return agreed;
  }

  bool Weigh() {
    const absl::Status status = tree_.Weigh(
        sides_.chain.pipeline, sides_.target,
        [&](int at) { return Logits(of_target_.After(tree_.Path(at))); },
        sides_.workspace);
    return sides_.Agree(sampler_tree_weigh(in_c_.get(), target(), RowInTree,
                                           &of_target_, &sides_.error),
                        status);
  }

  void ExpectEqualNodes() {
    std::array<sampler_tree_node, 8> nodes = {};
    std::size_t size = 0;
    ASSERT_EQ(sampler_tree_nodes(in_c_.get(), nodes.data(), nodes.size(), &size,
                                 &sides_.error),
              SAMPLER_OK);
    ASSERT_EQ(size, tree_.nodes().size());
    for (std::size_t i = 0; i < size; ++i) {
      EXPECT_EQ(nodes[i].token, tree_.nodes()[i].token);
      EXPECT_EQ(nodes[i].parent, tree_.nodes()[i].parent);
    }
  }

  BothSides sides_;
  Model of_draft_;
  Model of_target_;
  speculative::TreeRound tree_;
  OwnedTree in_c_{Made(sampler_tree_create)};
};

}  // namespace

void ExpectRoundsInC(const DrawnChain& chain) {
  BothRounds rounds(chain);
  for (const sampler_judgement judgement :
       {SAMPLER_BY_REJECTION, SAMPLER_BY_BLOCK, SAMPLER_BY_MATCH}) {
    if (!rounds.Run(judgement)) return;
  }
}

void ExpectTreesInC(const DrawnChain& chain) {
  BothTrees trees(chain);
  for (const bool by_target : {false, true}) {
    if (!trees.Run(by_target)) return;
  }
}

}  // namespace sampler::tools
