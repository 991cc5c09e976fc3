#include "sampler/speculative/round.h"

#include "absl/strings/str_cat.h"
#include "sampler/candidates/probability_record.h"

namespace sampler::speculative {
namespace {

// Takes back what a sequence accepts while this lives, unless it is kept: a
// look ahead, and what does not come to its end.
class LookAhead {
 public:
  explicit LookAhead(Sequence& sequence)
      : sequence_(sequence), begin_(sequence.position()) {}
  LookAhead(const LookAhead&) = delete;
  LookAhead& operator=(const LookAhead&) = delete;
  // Cannot fail: the sequence has only grown.
  ~LookAhead() {
    if (kept_) return;
    sequence_.Rollback(sequence_.position() - begin_).IgnoreError();
  }
  void Keep() { kept_ = true; }

 private:
  Sequence& sequence_;
  std::int64_t begin_;
  bool kept_ = false;
};

absl::Status BadRow(absl::string_view what, std::int64_t index,
                    RowStatus status) {
  return absl::InvalidArgumentError(
      absl::StrCat(what, " row ", index, ": got the status ",
                   RowStatusName(status), ", want ok"));
}

}  // namespace

absl::Status RoundBegin::CheckPlace(absl::string_view name,
                                    const Sequence& sequence) const {
  if (sequence.position() == position_) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(name, ": got a sequence at position ", sequence.position(),
                   ", want one where the draft began, at ", position_));
}

absl::Status RoundBegin::CheckTarget(const Sequence& target) const {
  if (position_ < 0) {
    return absl::FailedPreconditionError(
        "round: nothing was proposed, or that failed: want a draft first");
  }
  if (target.seed() == seed_ && target.stream() == stream_) {
    return absl::InvalidArgumentError(
        absl::StrCat("target: got the draft's seed ", seed_, " and stream ",
                     stream_, ", want another of one or the other"));
  }
  return CheckPlace("target", target);
}

absl::Status RecordRow(const Pipeline& pipeline, Logits row,
                       const Sequence& sequence, absl::string_view what,
                       std::int64_t index, Workspace& workspace,
                       ProbabilityRecord& record, Lesson& lesson) {
  const Step left = pipeline.Process(row, sequence, workspace);
  if (left.status() == RowStatus::kNoCandidate) {
    record.Set({}, {}, 0);
    lesson = Lesson();
    return absl::OkStatus();
  }
  if (left.status() != RowStatus::kOk) {
    return BadRow(what, index, left.status());
  }
  left.Record(record);
  left.Teach(lesson);
  return absl::OkStatus();
}

absl::Status AcceptOnBoth(absl::Span<const Token> of_target,
                          absl::Span<const Token> of_draft, Sequence& target,
                          Sequence& draft) {
  LookAhead on_target(target);
  LookAhead on_draft(draft);
  for (std::size_t i = 0; i < of_target.size(); ++i) {
    absl::Status status = target.Accept(of_target[i]);
    if (status.ok()) status = draft.Accept(of_draft[i]);
    if (!status.ok()) return status;
  }
  on_target.Keep();
  on_draft.Keep();
  return absl::OkStatus();
}

absl::Status Round::Propose(const Pipeline& pipeline, Sequence& draft,
                            std::size_t n, DraftRow row, Workspace& workspace) {
  absl::Status status = Draw(pipeline, draft, n, row, workspace);
  if (status.ok()) return status;
  // Half a draft is none.
  begin_ = RoundBegin();
  tokens_.clear();
  draft_.clear();
  return status;
}

absl::Status Round::Draw(const Pipeline& pipeline, Sequence& draft,
                         std::size_t n, DraftRow row, Workspace& workspace) {
  tokens_.clear();
  target_.clear();
  absl::Status status = draft.Redraw();
  if (!status.ok()) return status;
  begin_ = RoundBegin(draft);
  const LookAhead look_ahead(draft);
  for (std::size_t i = 0; i < n; ++i) {
    const Logits logits = row(i);
    const Step left = pipeline.Process(logits, draft, workspace);
    if (left.status() == RowStatus::kNoCandidate) break;
    if (left.status() != RowStatus::kOk) {
      return BadRow("draft", static_cast<std::int64_t>(i), left.status());
    }
    // Not all at once: n may be any number.
    if (i == draft_.size()) draft_.emplace_back();
    if (i == draft_lessons_.size()) draft_lessons_.emplace_back();
    left.Record(draft_[i]);
    left.Teach(draft_lessons_[i]);
    const Token token = left.Draw();
    status = draft.Accept(token);
    if (!status.ok()) return status;
    tokens_.push_back(token.id);
  }
  draft_.resize(tokens_.size());
  return absl::OkStatus();
}

absl::Status Round::Weigh(const Pipeline& pipeline, Sequence& target,
                          DraftRow row, Workspace& workspace) {
  absl::Status status = begin_.CheckTarget(target);
  if (!status.ok()) return status;
  const LookAhead look_ahead(target);
  target_.resize(tokens_.size() + 1);
  target_lessons_.resize(target_.size());
  for (std::size_t i = 0; i <= tokens_.size(); ++i) {
    const Logits logits = row(i);
    status = RecordRow(pipeline, logits, target, "target",
                       static_cast<std::int64_t>(i), workspace, target_[i],
                       target_lessons_[i]);
    if (!status.ok()) return status;
    if (target_[i].total() == 0) {
      tokens_.resize(i);
      draft_.resize(i);
      target_.resize(i + 1);
      return absl::OkStatus();
    }
    if (i == tokens_.size()) break;
    status = target.Accept(target_lessons_[i].Of(tokens_[i]));
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status Round::Accept(const Verdict& verdict, Sequence& target,
                           Sequence& draft) const {
  if (verdict.accepted > tokens_.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat("verdict: got ", verdict.accepted,
                     " accepted tokens, want at most the ", tokens_.size(),
                     " that were proposed"));
  }
  for (const absl::Status& status : {begin_.CheckPlace("target", target),
                                     begin_.CheckPlace("draft", draft)}) {
    if (!status.ok()) return status;
  }
  std::vector<Token> of_target;
  std::vector<Token> of_draft;
  for (std::size_t i = 0; i <= verdict.accepted; ++i) {
    const TokenId id = i < verdict.accepted ? tokens_[i] : verdict.next;
    if (id == kNoNext) break;
    // Each lesson begins with the memory of its place, which the accepted
    // tokens have led to. Behind its last token the draft has had no step.
    of_target.push_back(i < target_.size() ? target_lessons_[i].Of(id)
                                           : Lesson().Of(id));
    of_draft.push_back(i < tokens_.size() ? draft_lessons_[i].Of(id)
                                          : Lesson().Of(id));
  }
  return AcceptOnBoth(of_target, of_draft, target, draft);
}

}  // namespace sampler::speculative
