// What a row of a log needs besides its logits and its token, so that a replay
// draws that token again: the attempt of its random numbers, the tokens that
// were banned at its place, and the mask that its step was given.
//
//   const logs::RowNotes notes = logs::NotesOf(sequence, inputs.mask);
//   status = sequence.Accept(token);
//   status = logger->Append(0, row, token.id, notes);
//
// Thread-safety: plain data; the mask is a view.
// Tested by: tests/logs/row_notes_test.cc.

#ifndef SAMPLER_LOGS_ROW_NOTES_H_
#define SAMPLER_LOGS_ROW_NOTES_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "sampler/candidate.h"
#include "sampler/sequence.h"
#include "sampler/token_mask.h"

namespace sampler::logs {

struct RowNotes {
  std::uint32_t attempt = 0;           // Sequence::attempt at the draw.
  std::vector<TokenId> bans = {};      // Sequence::ForEachBanHere.
  std::optional<TokenMask> mask = {};  // StepInputs::mask.

  // Returns true if there is nothing to note: a log may leave the row out.
  bool empty() const { return attempt == 0 && bans.empty() && !mask; }
};

// Of a token that `sequence` draws where it stands: before it is accepted.
inline RowNotes NotesOf(const Sequence& sequence,
                        std::optional<TokenMask> mask = {}) {
  RowNotes notes = {.attempt = sequence.attempt(), .mask = mask};
  sequence.ForEachBanHere([&](TokenId token) { notes.bans.push_back(token); });
  return notes;
}

}  // namespace sampler::logs

#endif  // SAMPLER_LOGS_ROW_NOTES_H_
