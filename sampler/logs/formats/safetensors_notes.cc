#include "sampler/logs/formats/safetensors_notes.h"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sampler/logs/errors.h"

namespace sampler::logs {
namespace {

absl::Status WrongNote(const IntegerTensors& tensors, absl::string_view name,
                       absl::string_view found, absl::string_view want) {
  return InvalidLog({tensors.path(), absl::StrCat("tensor \"", name, "\""),
                     found, want,
                     "the tensors say how each token was drawn: write the log "
                     "again"});
}

absl::Status ReadAttempts(const IntegerTensors& tensors, LogParts& parts) {
  auto read = tensors.Read("attempts");
  if (!read.ok()) return read.status();
  if (!read->has_value()) return absl::OkStatus();
  parts.attempts = std::move((*read)->ids);
  const std::int64_t rows = parts.description.expected_rows;
  if (std::ssize(parts.attempts) != rows) {
    return WrongNote(tensors, "attempts",
                     absl::StrCat(parts.attempts.size(), " values"),
                     absl::StrCat(rows, ", one for each row"));
  }
  constexpr std::int64_t kMost = std::numeric_limits<std::uint32_t>::max();
  for (std::size_t row = 0; row < parts.attempts.size(); ++row) {
    if (0 <= parts.attempts[row] && parts.attempts[row] <= kMost) continue;
    return WrongNote(tensors, absl::StrCat("attempts[", row, "]"),
                     absl::StrCat(parts.attempts[row]), "0 to 2^32 - 1");
  }
  return absl::OkStatus();
}

absl::Status ReadBans(const IntegerTensors& tensors, LogParts& parts) {
  auto bans = tensors.Read("banned_tokens");
  if (!bans.ok()) return bans.status();
  auto offsets = tensors.Read("ban_offsets");
  if (!offsets.ok()) return offsets.status();
  if (!bans->has_value() && !offsets->has_value()) return absl::OkStatus();
  if (bans->has_value() != offsets->has_value()) {
    return WrongNote(tensors,
                     bans->has_value() ? "ban_offsets" : "banned_tokens",
                     "none", "both tensors, or neither");
  }
  const std::int64_t count = std::ssize((*bans)->ids);
  absl::Status status =
      tensors.CheckOffsets("ban_offsets", (*offsets)->ids, count);
  if (!status.ok()) return status;
  const std::int64_t rows = parts.description.expected_rows;
  if (std::ssize((*offsets)->ids) != rows + 1) {
    return WrongNote(tensors, "ban_offsets",
                     absl::StrCat((*offsets)->ids.size(), " offsets"),
                     absl::StrCat(rows + 1, ", one more than rows"));
  }
  parts.banned_tokens = std::move((*bans)->ids);
  parts.ban_offsets = std::move((*offsets)->ids);
  return absl::OkStatus();
}

}  // namespace

absl::Status ReadRowNotes(const IntegerTensors& tensors, LogParts& parts) {
  absl::Status status = ReadAttempts(tensors, parts);
  if (status.ok()) status = ReadBans(tensors, parts);
  if (!status.ok()) return status;
  const bool any = !parts.attempts.empty() || !parts.ban_offsets.empty();
  if (any && parts.layout.steps_first) {
    return WrongNote(tensors,
                     parts.attempts.empty() ? "ban_offsets" : "attempts",
                     "rows with steps first ([T, B, V])",
                     "rows of one sequence after those of another");
  }
  return absl::OkStatus();
}

}  // namespace sampler::logs
