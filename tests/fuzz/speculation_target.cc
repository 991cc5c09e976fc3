// Drafts, trees and targets with any masses, and the verdicts about them; and
// rounds between any two pipelines.

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sampler/candidates/probability_record.h"
#include "sampler/pipeline.h"
#include "sampler/speculative/block_verification.h"
#include "sampler/speculative/rejection.h"
#include "sampler/speculative/round.h"
#include "sampler/speculative/tree.h"
#include "sampler/speculative/tree_round.h"
#include "sampler/speculative/typical_acceptance.h"
#include "tests/fuzz/random_pipeline.h"
#include "tests/fuzz/rows.h"
#include "tests/fuzz/targets.h"

namespace sampler::fuzz {
namespace {

using speculative::kNoNext;
using speculative::Verdict;

constexpr std::size_t kTokens = 6;

// Weights of any size over some of six tokens; perhaps none.
ProbabilityRecord AnyRecord(ByteSource& source, bool may_be_empty) {
  std::vector<TokenId> ids;
  std::vector<Weight> weights;
  Mass total = 0;
  const std::uint8_t which = source.Byte();
  for (std::size_t i = 0; i < kTokens; ++i) {
    if ((which >> i & 1) == 0) continue;
    // From 1 to 2^51, the weight of the likeliest token.
    const Weight weight = Weight{1} << source.Below(52);
    ids.push_back(static_cast<TokenId>(i));
    weights.push_back(weight);
    total += weight;
  }
  if (ids.empty() && !may_be_empty) return speculative::PointMass(0);
  ProbabilityRecord record;
  record.Set(ids, weights, total);
  return record;
}

// A token that the record can have drawn.
TokenId AnyTokenOf(const ProbabilityRecord& record, ByteSource& source) {
  return source.Of(record.ids());
}

// `next` is drawn from what the target leaves there.
void CheckNext(TokenId next, const ProbabilityRecord& target,
               absl::string_view rule) {
  const bool fits =
      target.total() == 0 ? next == kNoNext : target.WeightOf(next) > 0;
  Require(fits, absl::StrCat(rule,
                             ": the token after a draft is one of the "
                             "target"));
}

struct AnyDraft {
  explicit AnyDraft(ByteSource& source) {
    const std::size_t n = source.Below(5);
    for (std::size_t i = 0; i < n; ++i) {
      draft.push_back(AnyRecord(source, /*may_be_empty=*/false));
      tokens.push_back(AnyTokenOf(draft.back(), source));
      // Now and then both sides agree.
      target.push_back(source.Below(4) == 3
                           ? draft.back()
                           : AnyRecord(source, /*may_be_empty=*/false));
    }
    target.push_back(AnyRecord(source, /*may_be_empty=*/true));
  }
  speculative::Draft view() const { return {tokens, draft, target}; }

  std::vector<TokenId> tokens;
  std::vector<ProbabilityRecord> draft;
  std::vector<ProbabilityRecord> target;
};

void CheckVerdict(const AnyDraft& draft, const Verdict& verdict,
                  const Verdict& again, absl::string_view rule) {
  Require(verdict == again, absl::StrCat(rule, ": one verdict"));
  Require(verdict.accepted <= draft.tokens.size(),
          absl::StrCat(rule, ": accepts tokens of the draft"));
  for (std::size_t i = 0; i < verdict.accepted; ++i) {
    Require(draft.target[i].WeightOf(draft.tokens[i]) > 0,
            absl::StrCat(rule, ": accepts no token of weight 0"));
  }
  CheckNext(verdict.next, draft.target[verdict.accepted], rule);
}

Sequence AnySequence(ByteSource& source) {
  return Sequence::Create(kTokens, {.seed = source(), .stream = source.Byte()})
      .value();
}

void FuzzVerdicts(ByteSource& source) {
  const Sequence sequence = AnySequence(source);
  const AnyDraft any(source);
  const speculative::Draft draft = any.view();
  CheckVerdict(any, VerifyByRejection(draft, sequence),
               VerifyByRejection(draft, sequence), "rejection");
  CheckVerdict(any, VerifyBlock(draft, sequence), VerifyBlock(draft, sequence),
               "block");
  CheckVerdict(any, VerifyByMatch(draft, sequence),
               VerifyByMatch(draft, sequence), "match");
  const speculative::TypicalAcceptance rule = {
      static_cast<double>(source.Byte()) / 255,
      static_cast<double>(source.Byte()) / 255};
  const Verdict typical = VerifyByTypicality(draft, sequence, rule);
  CheckNext(typical.next, any.target[typical.accepted], "typical");
}

void CheckTree(const speculative::DraftTree& tree,
               const speculative::TreeVerdict& verdict,
               absl::string_view rule) {
  int at = -1;
  for (const int node : verdict.path) {
    const auto index = static_cast<std::size_t>(node);
    Require(index < tree.nodes.size() && tree.nodes[index].parent == at,
            absl::StrCat(rule, ": a path goes from parent to child"));
    Require(tree.target[static_cast<std::size_t>(at + 1)].WeightOf(
                tree.nodes[index].token) > 0,
            absl::StrCat(rule, ": accepts no token of weight 0"));
    at = node;
  }
  CheckNext(verdict.next, tree.target[static_cast<std::size_t>(at + 1)], rule);
}

void FuzzTrees(ByteSource& source) {
  const Sequence sequence = AnySequence(source);
  std::vector<speculative::TreeNode> nodes;
  std::vector<ProbabilityRecord> draft;
  std::vector<ProbabilityRecord> target = {AnyRecord(source, true)};
  for (std::size_t n = source.Below(7); n > 0; --n) {
    const int parent = static_cast<int>(source.Below(nodes.size() + 1)) - 1;
    // Nothing follows where the target has no candidate.
    const bool over = target[static_cast<std::size_t>(parent + 1)].total() == 0;
    draft.push_back(AnyRecord(source, false));
    nodes.push_back({AnyTokenOf(draft.back(), source), parent});
    target.push_back(over ? ProbabilityRecord() : AnyRecord(source, true));
  }
  const speculative::DraftTree tree = {nodes, draft, target};
  CheckTree(tree, VerifyTree(tree, sequence), "tree");
  const speculative::TargetThresholds thresholds = {
      (1.0 + source.Byte()) / 256, (1.0 + source.Byte()) / 256};
  CheckTree({nodes, {}, target},
            VerifyTreeByTarget({nodes, {}, target}, sequence, thresholds),
            "tree by target");
}

// Rows after a text: of each place one of a few.
class Model {
 public:
  explicit Model(ByteSource& source) {
    for (int i = 0; i < 3; ++i) rows_.emplace_back(source, kLeastVocabulary);
  }
  Logits After(std::int64_t place) const {
    return rows_[static_cast<std::size_t>(place + 1) % rows_.size()].As(
        DType::kF32);
  }

 private:
  std::vector<TypedRow> rows_;
};

// Both texts are one text, whatever went wrong.
void CheckOneText(const Sequence& target, const Sequence& draft) {
  Require(target.history().output() == draft.history().output(),
          "draft and target are one text");
}

void AcceptRound(const speculative::Round& round, ByteSource& source,
                 Sequence& target, Sequence& draft) {
  const speculative::Draft view = round.view();
  const Verdict verdict = source.Maybe() ? VerifyBlock(view, target)
                                         : VerifyByRejection(view, target);
  const std::int64_t before = target.position();
  if (!round.Accept(verdict, target, draft).ok()) return;
  Require(target.position() == before +
                                   static_cast<std::int64_t>(verdict.accepted) +
                                   (verdict.next == kNoNext ? 0 : 1),
          "a round adds the tokens of its verdict");
}

void FuzzRounds(ByteSource& source) {
  const auto target_pipeline = RandomPipeline(source, kLeastVocabulary);
  const auto draft_pipeline = RandomPipeline(source, kLeastVocabulary);
  if (!target_pipeline.has_value() || !draft_pipeline.has_value()) return;
  Sequence target = target_pipeline->NewSequence({.seed = 1}).value();
  Sequence draft = draft_pipeline->NewSequence({.seed = 2}).value();
  const Model model(source);
  const Model draft_model(source);
  Workspace workspace;
  speculative::Round round;
  speculative::TreeRound tree;
  for (int i = 0; i < 4; ++i) {
    const std::size_t n = source.Below(4);
    if (source.Below(4) == 3) {
      tree.Begin();
      const bool grown =
          tree.Grow(
                  speculative::TreeRound::kRoot, static_cast<int>(n),
                  speculative::Siblings::kIndependent, *draft_pipeline, draft,
                  [&](int node) { return draft_model.After(node); }, workspace)
              .ok() &&
          tree.Weigh(
                  *target_pipeline, target,
                  [&](int node) { return model.After(node); }, workspace)
              .ok();
      if (grown) {
        (void)tree.Accept(VerifyTree(tree.view(), target), target, draft);
      }
    } else {
      const auto place = [](std::size_t at) {
        return static_cast<std::int64_t>(at);
      };
      const bool weighed =
          round
              .Propose(
                  *draft_pipeline, draft, n,
                  [&](std::size_t at) { return draft_model.After(place(at)); },
                  workspace)
              .ok() &&
          round
              .Weigh(
                  *target_pipeline, target,
                  [&](std::size_t at) { return model.After(place(at)); },
                  workspace)
              .ok();
      if (weighed) AcceptRound(round, source, target, draft);
    }
    CheckOneText(target, draft);
  }
}

}  // namespace

void FuzzSpeculation(Bytes input) {
  ByteSource source(input);
  switch (source.Below(3)) {
    case 0:
      return FuzzVerdicts(source);
    case 1:
      return FuzzTrees(source);
    default:
      return FuzzRounds(source);
  }
}

}  // namespace sampler::fuzz
