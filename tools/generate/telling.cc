#include "tools/generate/telling.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "sampler/row_status.h"

namespace sampler::tools {

absl::StatusOr<Rewinder::Answer> Telling::Hear(llama_token token,
                                               const std::string& piece) {
  if (!rewinder_.has_value()) return Rewinder::Answer{.emit = piece};
  return rewinder_->Add(token, piece, *chooser_.sequence());
}

absl::StatusOr<Rewinder::Answer> Telling::Finish() {
  if (!rewinder_.has_value()) return Rewinder::Answer();
  return rewinder_->Finish(*chooser_.sequence());
}

void Telling::TakeBack(const Rewinder::Answer& answer, const std::string& held,
                       std::optional<std::size_t> phrase, Told& told) {
  auto& tokens = sequence_.tokens;
  tokens.resize(tokens.size() - static_cast<std::size_t>(answer.taken));
  // A token that was drawn for this row and taken back is in no log.
  told.taken = answer.taken - (told.token.has_value() ? 1 : 0);
  told.token.reset();
  sequence_.rewound.push_back({static_cast<std::int64_t>(tokens.size()),
                               answer.taken,
                               held.substr(rewinder_->held().size()), phrase});
}

absl::StatusOr<Told> Telling::Take(const float* row) {
  Told told;
  if (chooser_.sequence() != nullptr) {
    told.notes = logs::NotesOf(*chooser_.sequence());
  }
  const auto drawn = chooser_.Next(row);
  if (!drawn.ok()) return drawn.status();
  const bool none = !drawn->has_value();
  if (none && !rewinder_.has_value()) {
    return absl::InternalError(absl::StrCat(
        "no token can be drawn: ", RowStatusName(RowStatus::kNoCandidate)));
  }
  std::string held;
  if (rewinder_.has_value()) held = std::string(rewinder_->held());
  absl::StatusOr<Rewinder::Answer> answer;
  bool over = false;
  if (none) {
    answer = rewinder_->NoCandidate(*chooser_.sequence());
  } else {
    const bool end = options_.is_end(**drawn);
    const std::string piece = end ? "" : options_.text_of(**drawn);
    told.token = **drawn;
    sequence_.tokens.push_back(**drawn);
    held += piece;
    answer = Hear(**drawn, piece);
    sequence_.ended = end && !options_.ignore_end;
    over = sequence_.ended || sequence_.tokens.size() == options_.max_tokens;
  }
  if (!answer.ok()) return answer.status();
  told.text = answer->emit;
  if (over && answer->next == Rewinder::Next::kGoOn) {
    if (rewinder_.has_value()) held = std::string(rewinder_->held());
    answer = Finish();
    if (!answer.ok()) return answer.status();
    told.text += answer->emit;
    told.last = answer->next == Rewinder::Next::kGoOn;
  }
  if (answer->next == Rewinder::Next::kRewound) {
    sequence_.ended = false;
    TakeBack(*answer, held, none ? std::nullopt : std::optional(answer->phrase),
             told);
  }
  if (answer->next == Rewinder::Next::kStop) {
    sequence_.stopped = told.last = true;
  }
  sequence_.text += told.text;
  if (rewinder_.has_value()) told.held = std::string(rewinder_->held());
  return told;
}

}  // namespace sampler::tools
