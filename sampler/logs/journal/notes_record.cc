#include "sampler/logs/journal/notes_record.h"

#include <cstring>

#include "absl/strings/str_cat.h"

namespace sampler::logs {
namespace {

std::size_t WordsOf(const LoggerOptions& options) {
  return static_cast<std::size_t>((options.vocabulary_size + 31) / 32);
}

}  // namespace

NotesHead HeadOf(const RowNotes& notes) {
  return {notes.attempt, static_cast<std::uint32_t>(notes.bans.size())};
}

NotesRecord NotesOfPayload(ByteSpan payload) {
  const auto head = ValuesOf<std::uint32_t>(payload.first(kNotesHeadBytes));
  const ByteSpan values = payload.subspan(kNotesHeadBytes);
  const std::size_t bans = sizeof(TokenId) * std::size_t{head[1]};
  return {head[0], ValuesOf<TokenId>(values.first(bans)),
          ValuesOf<std::uint32_t>(values.subspan(bans))};
}

bool IsNotes(ByteSpan payload, const LoggerOptions& options) {
  NotesHead head;
  if (payload.size() < kNotesHeadBytes) return false;
  std::memcpy(head.data(), payload.data(), kNotesHeadBytes);
  const std::size_t values =
      (payload.size() - kNotesHeadBytes) / sizeof(TokenId);
  return head[1] <= values && values - head[1] <= WordsOf(options);
}

absl::Status CheckNotes(const RowNotes& notes, const LoggerOptions& options,
                        std::optional<std::size_t> mask_words) {
  for (std::size_t i = 0; i < notes.bans.size(); ++i) {
    absl::Status status = CheckToken(absl::StrCat("bans[", i, "]"),
                                     notes.bans[i], options.vocabulary_size);
    if (!status.ok()) return status;
  }
  if (!notes.mask.has_value()) return absl::OkStatus();
  const std::size_t words = notes.mask->words().size();
  const bool like_others = !mask_words.has_value() || words == *mask_words;
  if (1 <= words && words <= WordsOf(options) && like_others) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      absl::StrCat("mask: got ", words, " words, want ",
                   mask_words.has_value()
                       ? absl::StrCat(*mask_words, ", as the masks before it")
                       : absl::StrCat("1 to ", WordsOf(options))));
}

absl::Status CheckToken(absl::string_view name, TokenId token,
                        std::int64_t vocabulary_size) {
  if (token >= 0 && token < vocabulary_size) return absl::OkStatus();
  return absl::OutOfRangeError(absl::StrCat(name, ": got ", token,
                                            ", want a token id in [0, ",
                                            vocabulary_size, ")"));
}

}  // namespace sampler::logs
