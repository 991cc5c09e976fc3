#include "sampler/logs/log_parts.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sampler/logs/errors.h"
#include "sampler/logs/files/token_file.h"

namespace sampler::logs {
namespace {

absl::Status CheckIds(absl::string_view file, absl::string_view field,
                      absl::Span<const std::int64_t> ids,
                      std::int64_t vocabulary_size) {
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (ids[i] == kNoToken && field == "tokens") continue;
    if (ids[i] < 0 || ids[i] >= vocabulary_size) {
      return InvalidLog(
          {file, absl::StrCat(field, "[", i, "]"),
           absl::StrCat("token id ", ids[i]),
           absl::StrCat(
               "an id in [0, ", vocabulary_size, ")",
               field == "tokens" ? ", or a label mask (-100, -1)" : ""),
           "the tokens belong to another model or log"});
    }
  }
  return absl::OkStatus();
}

absl::Status CheckTruncation(const std::string& file,
                             const OpenOptions& options,
                             const LogDescription& description) {
  if (!description.partial()) return absl::OkStatus();
  if (options.allow_partial && description.rows > 0) return absl::OkStatus();
  return TruncatedLog(
      {file, absl::StrCat("end of file at byte ", description.file_bytes),
       absl::StrCat(description.rows, " intact rows"),
       absl::StrCat(description.expected_rows, " rows, as the header says"),
       description.rows > 0 ? "the file is truncated: record it again, or "
                              "allow partial input to use the intact rows"
                            : "the file is truncated: record it again"});
}

// Trainers mark rows that count for nothing by an id that no vocabulary has.
bool IsLabelMask(std::int64_t id) { return id == -100 || id == -1; }

// Makes rows without a logged token of label masks, and tells.
void TakeLabelMasks(LogParts& parts) {
  std::int64_t masks = 0;
  std::int64_t first = 0;
  for (std::int64_t& id : parts.tokens) {
    if (!IsLabelMask(id)) continue;
    if (masks++ == 0) first = &id - parts.tokens.data();
    id = kNoToken;
  }
  if (masks == 0) return;
  parts.description.notices.push_back(absl::StrCat(
      masks, masks == 1 ? " token is" : " tokens are",
      " a label mask (-100 or -1), the first in row ", first,
      masks == 1 ? ": a row" : ": rows", " without a logged token"));
  const bool all = masks == static_cast<std::int64_t>(parts.tokens.size());
  if (all) parts.tokens.clear();
}

absl::Status ReadPrompt(const OpenOptions& options, LogParts& parts) {
  if (parts.sequence_offsets.size() != 2) {
    return InvalidLog(
        {options.prompt_tokens_file, "prompt tokens",
         absl::StrCat("a log of ", parts.sequence_offsets.size() - 1,
                      " sequences"),
         "a log of one sequence",
         "store the prompts in the log as prompt_tokens and prompt_offsets"});
  }
  auto ids = ReadTokenFile(options.prompt_tokens_file);
  if (!ids.ok()) return ids.status();
  parts.prompt_tokens = std::move(ids->ids);
  parts.prompt_offsets = {
      0, static_cast<std::int64_t>(parts.prompt_tokens.size())};
  return absl::OkStatus();
}

// Of sequences that are all cut to `steps` rows, the tokens of those.
void CutEachSequence(std::int64_t steps, LogParts& parts) {
  std::vector<std::int64_t> kept;
  const RowLayout& layout = parts.layout;
  for (std::int64_t s = 0; s < layout.sequences; ++s) {
    const auto first = parts.tokens.begin() + s * layout.steps;
    kept.insert(kept.end(), first, first + steps);
  }
  parts.tokens = std::move(kept);
}

// Cuts sequences and tokens to the rows that are there, so that no consumer
// meets an index without a row.
void CutToRows(LogParts& parts) {
  const std::int64_t rows = parts.description.rows;
  const bool cut = static_cast<std::int64_t>(parts.tokens.size()) > rows;
  if (parts.layout.steps_first && cut) {
    CutEachSequence(rows / parts.layout.sequences, parts);
  }
  auto& offsets = parts.sequence_offsets;
  while (offsets.size() > 2 && offsets[offsets.size() - 2] >= rows) {
    offsets.pop_back();
  }
  offsets.back() = rows;
  if (!parts.drawn_with.empty()) parts.drawn_with.resize(offsets.size() - 1);
  if (!parts.prompt_offsets.empty()) {
    parts.prompt_offsets.resize(offsets.size());
    parts.prompt_tokens.resize(
        static_cast<std::size_t>(parts.prompt_offsets.back()));
  }
  if (!parts.tokens.empty()) {
    parts.tokens.resize(static_cast<std::size_t>(rows));
  }
  if (!parts.attempts.empty()) {
    parts.attempts.resize(static_cast<std::size_t>(rows));
  }
  if (!parts.ban_offsets.empty()) {
    parts.ban_offsets.resize(static_cast<std::size_t>(rows) + 1);
    parts.banned_tokens.resize(
        static_cast<std::size_t>(parts.ban_offsets.back()));
  }
}

// The tokens of the caller's file, one per row that is expected or, of a
// truncated log, per row that is there.
absl::Status TakeGivenTokens(const OpenRequest& request, LogParts& parts) {
  const LogDescription& description = parts.description;
  const TokenArray& given = *request.tokens;
  const bool of_intact_rows = description.partial() &&
                              !parts.layout.steps_first &&
                              std::ssize(given.ids) == description.rows;
  if (of_intact_rows) {
    parts.tokens = given.ids;
    return absl::OkStatus();
  }
  auto ids = IdsBySequence(request.options.tokens_file, "tokens", given,
                           parts.layout, /*extra=*/0,
                           /*any_shape=*/parts.sequence_offsets.size() > 2);
  if (!ids.ok()) return ids.status();
  parts.tokens = *std::move(ids);
  return absl::OkStatus();
}

}  // namespace

void SetLayout(const RowLayout& layout, LogParts& parts) {
  parts.layout = layout;
  LogDescription& description = parts.description;
  if (layout.steps_first && layout.sequences > 0) {
    description.rows -= description.rows % layout.sequences;
  }
  const std::int64_t length = layout.steps_first && layout.sequences > 0
                                  ? description.rows / layout.sequences
                                  : layout.steps;
  std::vector<std::int64_t>& offsets = parts.sequence_offsets;
  offsets = {0};
  do {
    const std::int64_t start = offsets.back();
    offsets.push_back(
        start +
        std::min(length, std::max<std::int64_t>(description.rows - start, 0)));
  } while (offsets.back() < description.rows);
}

absl::Status CheckExtents(const std::string& file, const OpenOptions& options,
                          const LogDescription& description) {
  constexpr std::int64_t kMaximum = std::numeric_limits<std::int32_t>::max();
  const std::int64_t width = description.vocabulary_size;
  if (width < 1 || width > kMaximum) {
    return InvalidLog({file, "vocabulary size", absl::StrCat(width),
                       absl::StrCat("1 to ", kMaximum),
                       "rows of logits need at least one token"});
  }
  if (description.expected_rows < 1) {
    return InvalidLog({file, "rows", absl::StrCat(description.expected_rows),
                       "at least one", "an empty log holds nothing to read"});
  }
  if (options.vocabulary_size && *options.vocabulary_size != width) {
    return InvalidLog(
        {file, "vocabulary size", absl::StrCat(width),
         absl::StrCat(*options.vocabulary_size, ", as the caller asks"),
         "leave it out: this format knows its own width"});
  }
  if (options.dtype && *options.dtype != description.dtype) {
    return InvalidLog(
        {file, "dtype", DTypeName(description.dtype),
         absl::StrCat(DTypeName(*options.dtype), ", as the caller asks"),
         "leave it out: this format knows its own dtype"});
  }
  return absl::OkStatus();
}

absl::Status FinishParts(const std::string& file, const OpenRequest& request,
                         LogParts& parts) {
  const OpenOptions& options = request.options;
  absl::Status status = CheckTruncation(file, options, parts.description);
  if (!status.ok()) return status;
  const bool own_tokens = !request.tokens.has_value();
  if (!own_tokens) {
    status = TakeGivenTokens(request, parts);
    if (!status.ok()) return status;
  }
  TakeLabelMasks(parts);
  status = CheckIds(own_tokens ? file : options.tokens_file, "tokens",
                    parts.tokens, parts.description.vocabulary_size);
  if (!status.ok()) return status;
  const bool own_prompt = options.prompt_tokens_file.empty();
  if (!own_prompt) {
    status = ReadPrompt(options, parts);
    if (!status.ok()) return status;
  }
  status =
      CheckIds(own_prompt ? file : options.prompt_tokens_file, "prompt_tokens",
               parts.prompt_tokens, parts.description.vocabulary_size);
  if (!status.ok()) return status;
  status = CheckIds(file, "banned_tokens", parts.banned_tokens,
                    parts.description.vocabulary_size);
  if (!status.ok()) return status;
  CutToRows(parts);
  return absl::OkStatus();
}

}  // namespace sampler::logs
