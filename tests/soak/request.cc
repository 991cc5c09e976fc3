#include "tests/soak/request.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sampler/logs/row_notes.h"
#include "sampler/logs/sequence_settings.h"
#include "tests/soak/kept.h"
#include "tests/soak/look_ahead.h"

namespace sampler::soak {
namespace {

constexpr std::int64_t kLongest = 48;
constexpr std::size_t kDrafted = 4;

std::vector<TokenId> PromptOf(std::uint32_t number) {
  std::vector<TokenId> prompt;
  for (std::uint64_t i = 0; i < number % 7; ++i) {
    prompt.push_back(static_cast<TokenId>(Mixed(number + i) % kVocabulary));
  }
  return prompt;
}

Sequence BeginOf(std::uint32_t number, const Pipeline& pipeline) {
  Sequence sequence = Kept(pipeline.NewSequence({.seed = Mixed(number),
                                                 .stream = number % 3,
                                                 .prompt = PromptOf(number)}));
  sequence.set_clock(number % 4);
  return sequence;
}

std::vector<Rewinder::Phrase> Phrases() {
  return {{.text = "ab"},
          {.text = "CAD", .ignore_case = true, .most = 6},
          {.text = "eee", .whole_words = true}};
}

}  // namespace

Request::Request(std::uint32_t number, const Pipeline& pipeline,
                 logs::Logger* logger)
    : number_(number),
      pipeline_(pipeline),
      logger_(logger),
      random_(number),
      sequence_(BeginOf(number, pipeline)) {
  if (number % 3 == 0) rewinder_ = Kept(Rewinder::Create(Phrases()));
  if (logger_ == nullptr) return;
  Keep(logger_->Describe(number_, logs::SettingsOf(pipeline_, sequence_)));
  Keep(logger_->AddPrompt(number_, sequence_.history().prompt()));
}

Token Request::Draw(const Sequence& sequence, const ModelStep& step,
                    Workspace& workspace) const {
  return pipeline_.Sample(step.row(), sequence, workspace,
                          pipeline_.OnlyRead(step.inputs()));
}

bool Request::Move(Workspace& workspace) {
  switch (random_() % 12) {
    case 0:
      Refuse(workspace);
      break;
    case 1:
      TakeBack();
      break;
    case 2:
      SaveAndRestore();
      break;
    case 3:
      LookAhead(workspace);
      break;
    case 4:
      FollowADraft(workspace);
      break;
    default:
      Step(workspace);
      break;
  }
  return !over_ && sequence_.position() < kLongest;
}

void Request::Step(Workspace& workspace) {
  const ModelStep step(sequence_.history(), model());
  const Token token = Draw(sequence_, step, workspace);
  if (token.status == RowStatus::kNoCandidate && rewinder_.has_value()) {
    Apply(rewinder_->NoCandidate(sequence_));
    return;
  }
  if (token.status != RowStatus::kOk) {
    over_ = true;
    return;
  }
  const StepInputs inputs = pipeline_.OnlyRead(step.inputs());
  const logs::RowNotes notes = logs::NotesOf(sequence_, inputs.mask);
  Keep(sequence_.Accept(token));
  if (logger_ != nullptr) {
    Keep(logger_->Append(number_, Logits(step.row()), token.id, notes));
  }
  if (rewinder_.has_value()) {
    Apply(rewinder_->Add(token.id, TextOf(token.id), sequence_));
  }
}

void Request::Apply(const absl::StatusOr<Rewinder::Answer>& answer) {
  Keep(answer.status());
  if (logger_ != nullptr && answer->taken > 0) {
    Keep(logger_->TakeBack(number_, answer->taken));
  }
  over_ = answer->next == Rewinder::Next::kStop;
}

void Request::Refuse(Workspace& workspace) {
  const ModelStep step(sequence_.history(), model());
  (void)Draw(sequence_, step, workspace);
  Keep(sequence_.Redraw());
}

// What a rewinder holds is its own to take back.
void Request::TakeBack() {
  const auto most = std::min<std::int64_t>(sequence_.position(), 5);
  const std::int64_t n = rewinder_.has_value() || most == 0
                             ? 0
                             : static_cast<std::int64_t>(random_()) & 3;
  if (n == 0 || n > most) return;
  // Drawn again, tokens are the same, or others.
  Keep(random_() % 2 == 0 ? sequence_.Rollback(n) : sequence_.Redraw(n));
  if (logger_ != nullptr) Keep(logger_->TakeBack(number_, n));
}

void Request::SaveAndRestore() {
  const std::string saved = sequence_.Snapshot();
  Sequence restored = Kept(pipeline_.RestoreSequence(saved));
  Require(restored == sequence_ && restored.Snapshot() == saved,
          "a restored sequence is the one that was saved");
  sequence_ = std::move(restored);
  if (!rewinder_.has_value()) return;
  rewinder_ = Kept(Rewinder::Restore(Phrases(), rewinder_->Snapshot()));
}

void Request::LookAhead(Workspace& workspace) {
  const auto stream = static_cast<std::uint32_t>(3 + random_() % 100);
  const Sequence fork = sequence_.Fork(stream);
  const auto plain = [&](Workspace& own) {
    std::vector<TokenId> tokens;
    Sequence text = fork;
    while (tokens.size() <= kDrafted) {
      const ModelStep step(text.history(), model());
      const Token token = Draw(text, step, own);
      if (token.status != RowStatus::kOk) break;
      tokens.push_back(token.id);
      Keep(text.Accept(token));
    }
    return tokens;
  };
  const std::vector<TokenId> tokens = plain(workspace);
  Workspace fresh;
  Require(plain(fresh) == tokens, "a workspace changes no token");
  // Rounds are given rows alone.
  if (!pipeline_.CheckInputs({}).ok() || pipeline_.Reads(StepInput::kMask)) {
    return;
  }
  LookAheadByRounds(pipeline_, fork, model(), kDrafted, tokens, workspace);
}

void Request::FollowADraft(Workspace& workspace) {
  std::vector<TokenId> guesses;
  for (Sequence draft = sequence_; guesses.size() < kDrafted;) {
    const ModelStep step(draft.history(), model() + random_() % 2);
    const Token token = Draw(draft, step, workspace);
    if (token.status != RowStatus::kOk) break;
    guesses.push_back(token.id);
    Keep(draft.Accept(token));
  }
  for (const TokenId guess : guesses) {
    const std::int64_t position = sequence_.position();
    Step(workspace);
    const bool follows = !over_ && sequence_.position() == position + 1 &&
                         tokens().back() == guess;
    if (!follows || position + 1 >= kLongest) return;
  }
}

}  // namespace sampler::soak
