#include "sampler/speculative/tree_round.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "sampler/candidates/probability_record.h"
#include "sampler/random/random.h"
#include "sampler/speculative/rejection.h"

namespace sampler::speculative {
namespace {

// Accepts `tokens`, and takes them back when it is done.
class PathAhead {
 public:
  PathAhead(const std::vector<Token>& tokens, Sequence& sequence)
      : sequence_(sequence) {
    for (const Token& token : tokens) {
      status_ = sequence_.Accept(token);
      if (!status_.ok()) return;
      ++accepted_;
    }
  }
  PathAhead(const PathAhead&) = delete;
  PathAhead& operator=(const PathAhead&) = delete;
  // Cannot fail: the tokens are there.
  ~PathAhead() { sequence_.Rollback(accepted_).IgnoreError(); }

  const absl::Status& status() const { return status_; }

 private:
  Sequence& sequence_;
  std::int64_t accepted_ = 0;
  absl::Status status_;
};

// Tokens that teach nothing.
std::vector<Token> Bare(const std::vector<TokenId>& ids) {
  std::vector<Token> tokens;
  tokens.reserve(ids.size());
  for (const TokenId id : ids) tokens.push_back(Lesson().Of(id));
  return tokens;
}

// `record` without a token.
ProbabilityRecord Without(const ProbabilityRecord& record, TokenId token) {
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

}  // namespace

void TreeRound::Begin() {
  begun_ = false;
  nodes_.clear();
  draft_.clear();
  target_.clear();
}

std::vector<Token> TreeRound::LearntPath(int node) const {
  std::vector<Token> tokens;
  while (node != kRoot) {
    const TreeNode& at = nodes_[static_cast<std::size_t>(node)];
    tokens.push_back(LearntAfter(at.parent, at.token));
    node = at.parent;
  }
  std::reverse(tokens.begin(), tokens.end());
  return tokens;
}

std::vector<TokenId> TreeRound::Path(int node) const {
  std::vector<TokenId> tokens;
  for (; node != kRoot; node = nodes_[static_cast<std::size_t>(node)].parent) {
    tokens.push_back(nodes_[static_cast<std::size_t>(node)].token);
  }
  std::reverse(tokens.begin(), tokens.end());
  return tokens;
}

absl::Status TreeRound::Grow(int node, int n, Siblings siblings,
                             const Pipeline& pipeline, Sequence& draft,
                             NodeRow row, Workspace& workspace) {
  const int size = static_cast<int>(nodes_.size());
  if (!(kRoot <= node && node < size)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "node to grow: got ", node, ", want an integer in [-1, ", size, ")"));
  }
  if (n < 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("children: got ", n, ", want an integer >= 0"));
  }
  if (begun_) {
    absl::Status place = begin_.CheckPlace("draft", draft);
    if (!place.ok()) return place;
  }
  absl::Status status = draft.Redraw();
  if (!status.ok()) return status;
  begin_ = RoundBegin(draft);
  begun_ = true;
  const PathAhead path(Bare(Path(node)), draft);
  if (!path.status().ok()) return path.status();
  const Logits logits = row(node);
  ProbabilityRecord left;
  Lesson unheard;
  status = RecordRow(pipeline, logits, draft, "draft", node, workspace, left,
                     unheard);
  if (!status.ok()) return status;
  if (siblings == Siblings::kDistinct) {
    for (const TreeNode& other : nodes_) {
      if (other.parent == node) left = Without(left, other.token);
    }
  }
  const Coins coins = draft.coins();
  for (int i = 0; i < n && !left.ids().empty(); ++i) {
    const TokenId token =
        DrawFrom(left, coins.Bits(Purpose::kCaller, /*ordinal=*/0,
                                  static_cast<std::uint32_t>(i)));
    nodes_.push_back({token, node});
    draft_.push_back(left);
    if (siblings == Siblings::kDistinct) left = Without(left, token);
  }
  return absl::OkStatus();
}

absl::Status TreeRound::Weigh(const Pipeline& pipeline, Sequence& target,
                              NodeRow row, Workspace& workspace) {
  if (begun_) {
    absl::Status status = begin_.CheckTarget(target);
    if (!status.ok()) return status;
  }
  target_.resize(nodes_.size() + 1);
  lessons_.resize(target_.size());
  for (std::size_t i = 0; i < target_.size(); ++i) {
    const int node = static_cast<int>(i) - 1;
    // Parents come first.
    if (node != kRoot &&
        IsOver(nodes_[static_cast<std::size_t>(node)].parent)) {
      target_[i].Set({}, {}, 0);
      lessons_[i] = Lesson();
      continue;
    }
    // Of the places before it, whose lessons are there.
    const PathAhead path(LearntPath(node), target);
    if (!path.status().ok()) return path.status();
    const Logits logits = row(node);
    absl::Status status = RecordRow(pipeline, logits, target, "target", node,
                                    workspace, target_[i], lessons_[i]);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status TreeRound::Accept(const TreeVerdict& verdict, Sequence& target,
                               Sequence& draft) const {
  const int last = verdict.path.empty() ? kRoot : verdict.path.back();
  if (!(kRoot <= last && last < static_cast<int>(nodes_.size()))) {
    return absl::InvalidArgumentError(
        absl::StrCat("verdict: got the node ", last, ", want one of the ",
                     nodes_.size(), " of the tree"));
  }
  if (begun_) {
    for (const absl::Status& status : {begin_.CheckPlace("target", target),
                                       begin_.CheckPlace("draft", draft)}) {
      if (!status.ok()) return status;
    }
  }
  std::vector<Token> of_target = LearntPath(last);
  std::vector<TokenId> text = Path(last);
  if (verdict.next != kNoNext) {
    of_target.push_back(LearntAfter(last, verdict.next));
    text.push_back(verdict.next);
  }
  return AcceptOnBoth(of_target, Bare(text), target, draft);
}

}  // namespace sampler::speculative
